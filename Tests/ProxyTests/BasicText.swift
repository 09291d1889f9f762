import Foundation

/// The Authorization value of `user:password`.
func basic(_ credentials: String) -> String { "Basic \(Data(credentials.utf8).base64EncodedString())" }
