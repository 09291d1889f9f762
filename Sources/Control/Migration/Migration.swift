internal import Net
internal import Routing

/// Looks at a host that runs nginx-proxy and says what would be different with Portico. Nothing is changed.
package enum Migration {
    /// Reads folders, containers and the settings of nginx-proxy.
    ///
    /// - Parameters:
    ///   - options: where the engine and the folders are, as for `serve`.
    ///   - container: the container of nginx-proxy; nil to find it by its label or image.
    ///   - environment: this process's, which says where the engine is, and stands in for nginx-proxy's where there is none.
    /// - Throws: `SettingsError` for an option that cannot be used, `ServeError` when the system gives not what is needed.
    package static func report(
        _ options: ServeOptions, container: String?, environment: Environment
    ) throws -> MigrationReport {
        let own = try Settings(options: options, environment: environment.only(engineVariables))
        let survey: EngineSurvey
        do throws(SystemError) {
            survey = try EngineSurvey(own, proxy: container)
        } catch {
            throw ServeError.system(error.description)
        }
        let folders = MigrationFolders(options, survey.proxy)
        var found = options
        (found.certificates, found.virtualHosts) = (folders.certificates, folders.virtualHosts)
        found.passwords = folders.passwords
        found.docker = "none"
        let theirs = survey.proxy.map { Environment($0.environment) } ?? environment
        var refusal: SettingsError?
        let settings: Settings
        do throws(SettingsError) {
            settings = try Settings(options: found, environment: theirs)
        } catch {
            // The rest is looked at with the defaults.
            refusal = error
            settings = try Settings(options: found, environment: Environment([:]))
        }
        let result = ServingBuilder(settings).build(containers: survey.containers, place: survey.place)
        let review = MigrationReview(survey, theirs, settings, result)
        var findings = review.findings
        if let refusal { findings.insert(.init(weight: .error, text: "\(refusal)"), at: 0) }
        findings += folders.unreadable.map {
            .init(
                weight: .error,
                text: "\($0) is mounted into nginx-proxy and cannot be read from here; run this in a container with "
                    + "--volumes-from \(survey.proxy?.name ?? "nginx-proxy"):ro")
        }
        findings += folders.withoutEffect.map {
            .init(weight: .difference, text: "\($0.path) has no effect: \($0.difference)")
        }
        return MigrationReport(
            proxy: survey.proxy.map { "\($0.name) (\($0.image))" }, folders: folders.found, findings: findings,
            hosts: review.hosts)
    }

    /// What says where the engine is, and which container is the proxy's.
    private static let engineVariables: Set = [
        "DOCKER_CERT_PATH", "DOCKER_HOST", "DOCKER_TLS_VERIFY", "HOME", "NGINX_CONTAINER_LABEL",
    ]
}
