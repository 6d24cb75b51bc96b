/* SPDX-License-Identifier: MIT */

/*
 * Any bytes as a date, as a certificate, and as what a listener sends: certificates one behind the
 * other, each after its length in two octets. The corpus holds chains to the root below.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/escape.h"
#include "tests/fuzz/promise.h"
#include "x509/cert.h"
#include "x509/chain.h"
#include "x509/credential.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
        SENT_MAX = 64,
        AT = 1767225600, /* 2026-01-01T00:00:00Z */
};

/* Signs the chains of the corpus; its key was thrown away. */
static const char root_pem[] =
        "-----BEGIN CERTIFICATE-----\n"
        "MIIBITCB1KADAgECAghlQi1WeccnuTAFBgMrZXAwFDESMBAGA1UEAwwJRnV6eiBS\n"
        "b290MCAXDTI1MTIzMTAwMDAwMFoYDzk5OTkxMjMxMjM1OTU5WjAUMRIwEAYDVQQD\n"
        "DAlGdXp6IFJvb3QwKjAFBgMrZXADIQBGE5+CYsOh6Nmvruj8xCAo2YUn4WlooZUU\n"
        "zmVfebJcsKNCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwHQYD\n"
        "VR0OBBYEFDFndRC+ITdTx5kM0JN8ChDhXx4PMAUGAytlcANBABjycM6E4K6TTeo/\n"
        "tprKZpwC6fQctqZjS1f+n6Tyf8DKPXLnIGtbJYCpt0xGv32GdthJnOJ0Nwc73wYo\n"
        "1pjK6Ak=\n"
        "-----END CERTIFICATE-----\n";

/* Loads the trust file once, out of memory, because the loader wants a path. */
static const TrustStore *trust_store(void)
{
        static TrustStore *trust;
        CLEANUP_FREE char *problem = NULL;
        char path[64];
        int fd;

        if (trust)
                return trust;
        fd = memfd_create("trust", MFD_CLOEXEC);
        PROMISE(fd >= 0);
        PROMISE(write(fd, root_pem, sizeof(root_pem) - 1) == (ssize_t) sizeof(root_pem) - 1);
        (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        PROMISE(trust_store_load(path, NULL, &problem, &trust) == 0);
        (void) close(fd);
        return trust;
}

/* Text without a NUL inside, well-formed UTF-8, as escape_text() makes it. */
static void check_text(const char *s)
{
        size_t n, len;

        PROMISE(s);
        len = strlen(s);
        for (size_t i = 0; i < len; i += n) {
                n = escape_utf8_char(s + i, len - i);
                PROMISE(n > 0);
        }
}

static void check_facts(const CertFacts *c)
{
        PROMISE((c->faults != 0) == (c->fault_text != NULL));
        PROMISE(c->n_sans <= CERT_SANS_MAX && c->n_sans <= c->n_sans_total);
        PROMISE(c->path_len >= -1);
        PROMISE(c->has_not_after || c->faults & (CERT_FAULT_NOT_AFTER | CERT_FAULT_UNPARSABLE));
        PROMISE(c->has_not_before || c->faults & (CERT_FAULT_NOT_BEFORE | CERT_FAULT_UNPARSABLE));
        if (c->faults & CERT_FAULT_UNPARSABLE)
                return;
        check_text(c->subject_mq);
        check_text(c->issuer_mq);
        check_text(c->subject_rfc4514);
        check_text(c->issuer_rfc4514);
        check_text(c->signature_algorithm);
        for (size_t i = 0; i < c->n_sans; i++)
                check_text(c->sans[i]);
        PROMISE(c->subject.n_attributes <= CERT_DN_ATTRIBUTES_MAX);
        PROMISE(!c->self_signed || c->self_issued);
}

static void check_cert(const uint8_t *data, size_t size)
{
        CertFacts c;

        PROMISE(cert_facts_from_der(data, size, &c) == 0);
        check_facts(&c);
        cert_facts_done(&c);
}

static void check_chain(const DerCert *sent, size_t n, const TrustStore *trust)
{
        CLEANUP(chain_facts_cleanup) ChainFacts *c = NULL;
        unsigned errors = 0;

        PROMISE(chain_inspect(sent, n, trust, AT, &c) == 0);
        PROMISE(c->n_certs <= CHAIN_CERTS_MAX && c->n_certs_sent == n);
        PROMISE(c->judged == (trust != NULL));
        PROMISE(!c->verified || (c->judged && c->errors == 0 && c->has_verified));
        PROMISE(!c->verified || c->verified_not_after_at >= AT);
        for (size_t i = 0; i < c->n_certs; i++) {
                check_facts(&c->certs[i].facts);
                PROMISE((c->certs[i].errors != 0) == (c->certs[i].error_text != NULL));
                PROMISE(chain_role_to_string(c->certs[i].role));
                errors |= c->certs[i].errors;
        }
        PROMISE((errors & ~c->errors) == 0);
        PROMISE(c->errors == 0 || c->judged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        /* Each piece without room behind it, so that reading on is seen by the sanitizer. */
        uint8_t *whole = malloc(size > 0 ? size : 1);
        DerCert sent[SENT_MAX];
        size_t n = 0, at = 0;
        int64_t date;

        PROMISE(whole);
        if (size > 0)
                memcpy(whole, data, size);
        if (cert_time_from_der(whole, size, &date) == 0)
                PROMISE(date >= INT64_C(-62167219200) && date <= INT64_C(253402300799));
        check_cert(whole, size);
        check_chain(&(DerCert){ whole, size }, 1, trust_store());
        check_chain(&(DerCert){ whole, size }, 1, NULL);

        while (n < SENT_MAX && size - at >= 2) {
                size_t len = (size_t) data[at] << 8 | data[at + 1];

                at += 2;
                len = MIN_OF(len, size - at);
                sent[n] = (DerCert){ malloc(len > 0 ? len : 1), len };
                PROMISE(sent[n].data);
                memcpy(sent[n++].data, data + at, len);
                at += len;
        }
        check_chain(sent, n, trust_store());
        while (n > 0)
                free(sent[--n].data);
        free(whole);
        return 0;
}
