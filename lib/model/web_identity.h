/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_WEB_IDENTITY_H
#define MQTLS_MODEL_WEB_IDENTITY_H

/* What the HTTP server proves itself with, and by whom it lets itself be asked: read from the files of
 * http.tls =, as values for a TLS library that is not OpenSSL. */

#include <stdint.h>

#include "base/util.h"

typedef struct WebIdentityFiles {
        char *certificate, *key; /* PEM; key NULL: the same file */
        char *pkcs12;            /* or this; all three NULL: no TLS */
        char *passphrase;        /* file with the passphrase; NULL: none */
        char *client_ca;         /* signers of the clients' certificates; NULL: none is asked for */
} WebIdentityFiles;

void web_identity_files_done(WebIdentityFiles *f);

typedef struct WebIdentity {
        char *certificates_pem; /* the server's own first */
        char *key_pem;          /* wiped when freed */
        char *client_ca_pem;    /* NULL: no client certificate is asked for */
        char *subject, *serial; /* of its own certificate */
        int64_t not_before_at, not_after_at;
} WebIdentity;

/*
 * Reads everything. Returns 0 or -errno with an allocated sentence in `*ret_problem` that names the
 * file and the remedy (NULL only when memory ran out). That a certificate has expired is no problem
 * here. May block, as files do.
 */
int web_identity_load(const WebIdentityFiles *files, char **ret_problem, WebIdentity **ret);
WebIdentity *web_identity_free(WebIdentity *i);
DEFINE_CLEANUP(WebIdentity, web_identity_free, web_identity_cleanup)

#endif
