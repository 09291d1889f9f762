// OpenSSL, and functions in place of the macros and the variadic functions that Swift cannot import.
#pragma once

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

// The error queue. Reasons are numbers of the library that reported the error.
static inline int portico_err_library(unsigned long code) { return ERR_GET_LIB(code); }
static inline int portico_err_reason(unsigned long code) { return ERR_GET_REASON(code); }

// The shared settings of connections (SSL_CTX).
static inline int portico_ctx_set_versions(SSL_CTX *context, int minimum, int maximum) {
    return SSL_CTX_set_min_proto_version(context, minimum) == 1 && SSL_CTX_set_max_proto_version(context, maximum) == 1;
}
static inline int portico_ctx_set_groups(SSL_CTX *context, const char *list) {
    return SSL_CTX_set1_groups_list(context, list) == 1;
}
static inline void portico_ctx_set_mode(SSL_CTX *context, long mode) { SSL_CTX_set_mode(context, mode); }
static inline void portico_ctx_set_session_cache_mode(SSL_CTX *context, long mode) {
    SSL_CTX_set_session_cache_mode(context, mode);
}
static inline int portico_ctx_cipher_count(SSL_CTX *context) { return sk_SSL_CIPHER_num(SSL_CTX_get_ciphers(context)); }
static inline const char *portico_ctx_cipher_name(SSL_CTX *context, int index) {
    return SSL_CIPHER_get_name(sk_SSL_CIPHER_value(SSL_CTX_get_ciphers(context), index));
}
static inline int portico_ctx_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add1_chain_cert(context, certificate) == 1;
}
static inline void portico_ctx_clear_chain(SSL_CTX *context) { SSL_CTX_clear_chain_certs(context); }
static inline void portico_ctx_set_server_name_callback(SSL_CTX *context, int (*callback)(SSL *, int *, void *)) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
}
static inline int portico_ctx_set_ticket_key_callback(
    SSL_CTX *context,
    int (*callback)(SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int)) {
    return SSL_CTX_set_tlsext_ticket_key_evp_cb(context, callback) == 1;
}

/// The options that no policy changes: no renegotiation, no compression, the client's order of preference.
static inline void portico_ctx_set_options(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_clear_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_LEGACY_SERVER_CONNECT);
}

// One connection (SSL).
static inline int portico_ssl_set_versions(SSL *ssl, int minimum, int maximum) {
    return SSL_set_min_proto_version(ssl, minimum) == 1 && SSL_set_max_proto_version(ssl, maximum) == 1;
}
static inline void portico_ssl_prefer_server_order(SSL *ssl, int on) {
    if (on) SSL_set_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
    else SSL_clear_options(ssl, SSL_OP_CIPHER_SERVER_PREFERENCE);
}
/// Has the client's certificate asked for, and no session kept that could stand for it later.
static inline void portico_ssl_ask_for_certificate(SSL *ssl) {
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    SSL_set_options(ssl, SSL_OP_NO_TICKET);
    SSL_set_num_tickets(ssl, 0);
}
static inline int portico_ssl_set_groups(SSL *ssl, const char *list) { return SSL_set1_groups_list(ssl, list) == 1; }
static inline void portico_ssl_set_server_name(SSL *ssl, const char *name) { SSL_set_tlsext_host_name(ssl, name); }

/// The size of the key that the other side has sent for this connection alone.
static inline int portico_ssl_peer_key_bits(SSL *ssl) {
    EVP_PKEY *key = NULL;
    if (SSL_get_peer_tmp_key(ssl, &key) != 1) return 0;
    int bits = EVP_PKEY_get_bits(key);
    EVP_PKEY_free(key);
    return bits;
}

// Byte streams below a connection (BIO).
static inline void portico_bio_set_retry_read(BIO *bio) {
    BIO_clear_retry_flags(bio);
    BIO_set_retry_read(bio);
}
static inline int portico_name_count(const STACK_OF(X509_NAME) *names) { return sk_X509_NAME_num(names); }
static inline unsigned long portico_name_rfc2253(void) { return XN_FLAG_RFC2253; }
static inline void portico_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
static inline long portico_bio_memory(BIO *bio, char **start) { return BIO_get_mem_data(bio, start); }

// Keys and certificates.
static inline EVP_PKEY *portico_make_dh_group(const char *name) {
    EVP_PKEY *parameters = NULL;
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    OSSL_PARAM choice[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)name, 0),
        OSSL_PARAM_construct_end(),
    };
    if (maker && EVP_PKEY_paramgen_init(maker) == 1 && EVP_PKEY_CTX_set_params(maker, choice) == 1) {
        EVP_PKEY_paramgen(maker, &parameters);
    }
    EVP_PKEY_CTX_free(maker);
    return parameters;
}
static inline EVP_PKEY *portico_make_p256_key(void) { return EVP_EC_gen("P-256"); }
static inline int portico_certificate_count(const STACK_OF(X509) *list) { return sk_X509_num(list); }
static inline X509 *portico_certificate(const STACK_OF(X509) *list, int index) { return sk_X509_value(list, index); }
static inline int portico_general_name_count(const GENERAL_NAMES *names) { return sk_GENERAL_NAME_num(names); }
static inline GENERAL_NAME *portico_general_name(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index);
}
static inline GENERAL_NAMES *portico_alternative_names(const X509 *certificate) {
    return X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}
/// An extension in the text form of x509v3_config(5), for a certificate that signs itself.
static inline X509_EXTENSION *portico_make_extension(X509 *certificate, int kind, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    return X509V3_EXT_conf_nid(NULL, &context, kind, value);
}

// Message authentication (EVP_MAC).
static inline int portico_mac_set_sha256_key(EVP_MAC_CTX *mac, const unsigned char *key, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, count),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// The status of certificates (OCSP, RFC 6960).
/// The first URL over plain HTTP that a certificate names for its status, to be given to OPENSSL_free; NULL for none.
static inline char *portico_status_url(X509 *certificate) {
    STACK_OF(OPENSSL_STRING) *list = X509_get1_ocsp(certificate);
    char *url = NULL;
    for (int index = 0; list && !url && index < sk_OPENSSL_STRING_num(list); index++) {
        const char *text = sk_OPENSSL_STRING_value(list, index);
        if (strncmp(text, "http://", 7) == 0) url = OPENSSL_strdup(text);
    }
    X509_email_free(list);
    return url;
}
static inline void portico_free(void *memory) { OPENSSL_free(memory); }
/// The bytes of a question for the status of a certificate, to be given to OPENSSL_free; below 1 for none.
static inline int portico_status_request(X509 *certificate, X509 *issuer, unsigned char **bytes) {
    OCSP_REQUEST *request = OCSP_REQUEST_new();
    OCSP_CERTID *identifier = OCSP_cert_to_id(EVP_sha1(), certificate, issuer);
    int count = -1;
    if (request && identifier && OCSP_request_add0_id(request, identifier)) {
        identifier = NULL;
        count = i2d_OCSP_REQUEST(request, bytes);
    }
    OCSP_CERTID_free(identifier);
    OCSP_REQUEST_free(request);
    return count;
}
enum portico_status_fault {
    portico_status_malformed = -1,
    portico_status_declined = -2,
    portico_status_unsigned = -3,
    portico_status_foreign = -4,
};
/// What an answer says of a certificate: a V_OCSP_CERTSTATUS, or why it is not to be believed. Without a time of the next
/// update `next` is left as it is. Whether it is of this time is for the caller to see.
static inline int portico_status_judge(
    const unsigned char *bytes, long count, X509 *certificate, X509 *issuer, X509_STORE *trusted, struct tm *this,
    struct tm *next) {
    int result = portico_status_malformed;
    OCSP_BASICRESP *basic = NULL;
    OCSP_CERTID *identifier = NULL;
    STACK_OF(X509) *signers = sk_X509_new_null();
    ASN1_GENERALIZEDTIME *this_update = NULL, *next_update = NULL;
    int status = V_OCSP_CERTSTATUS_UNKNOWN;
    OCSP_RESPONSE *response = d2i_OCSP_RESPONSE(NULL, &bytes, count);
    if (!response || !signers) goto done;
    result = portico_status_declined;
    if (OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL) goto done;
    result = portico_status_malformed;
    basic = OCSP_response_get1_basic(response);
    if (!basic || !sk_X509_push(signers, issuer)) goto done;
    result = portico_status_unsigned;
    if (OCSP_basic_verify(basic, signers, trusted, 0) != 1) goto done;
    result = portico_status_foreign;
    identifier = OCSP_cert_to_id(EVP_sha1(), certificate, issuer);
    if (!identifier || !OCSP_resp_find_status(basic, identifier, &status, NULL, NULL, &this_update, &next_update))
        goto done;
    result = portico_status_malformed;
    if (ASN1_TIME_to_tm(this_update, this) != 1) goto done;
    if (next_update && ASN1_TIME_to_tm(next_update, next) != 1) goto done;
    result = status;
done:
    OCSP_CERTID_free(identifier);
    OCSP_BASICRESP_free(basic);
    OCSP_RESPONSE_free(response);
    sk_X509_free(signers);
    return result;
}
static inline void portico_store_take_partial_chains(X509_STORE *store) {
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
}
static inline void portico_ctx_set_status_callback(SSL_CTX *context, int (*callback)(SSL *, void *)) {
    SSL_CTX_set_tlsext_status_cb(context, callback);
}
/// Has an answer sent along with the certificate.
static inline int portico_ssl_set_status(SSL *ssl, const void *bytes, size_t count) {
    void *copy = OPENSSL_memdup(bytes, count);
    if (!copy) return 0;
    if (SSL_set_tlsext_status_ocsp_resp(ssl, copy, (long)count) == 1) return 1;
    OPENSSL_free(copy);
    return 0;
}
