/* SPDX-License-Identifier: MIT */
#include "mq/cipherspec.h"

#include <assert.h>
#include <string.h>

#include "mq/cipherspec_table.h"

#define CIPHERSPEC_ROW(mq,                                                                         \
        iana,                                                                                      \
        hex,                                                                                       \
        openssl,                                                                                   \
        protocol,                                                                                  \
        exchange,                                                                                  \
        key,                                                                                       \
        cipher,                                                                                    \
        n_bits,                                                                                    \
        hash,                                                                                      \
        place,                                                                                     \
        spoken,                                                                                    \
        fips_140,                                                                                  \
        where,                                                                                     \
        since)                                                                                     \
        {                                                                                          \
                .name = (mq),                                                                      \
                .iana_name = (iana),                                                               \
                .code = (hex),                                                                     \
                .openssl_name = (openssl),                                                         \
                .version = TLS_VERSION_##protocol,                                                 \
                .key_exchange = (exchange),                                                        \
                .key_type = (key),                                                                 \
                .encryption = (cipher),                                                            \
                .bits = (n_bits),                                                                  \
                .mac = (hash),                                                                     \
                .preference = (place),                                                             \
                .support = CIPHERSPEC_##spoken,                                                    \
                .fips = (fips_140),                                                                \
                .platforms = (where),                                                              \
                .status = (since),                                                                 \
        },
static const CipherSpec cipherspecs[] = {CIPHERSPEC_TABLE(CIPHERSPEC_ROW)};
#undef CIPHERSPEC_ROW

const char *tls_version_to_string(uint16_t version)
{
        switch (version) {
        case TLS_VERSION_SSL30:
                return "SSL 3.0";
        case TLS_VERSION_TLS10:
                return "TLS 1.0";
        case TLS_VERSION_TLS11:
                return "TLS 1.1";
        case TLS_VERSION_TLS12:
                return "TLS 1.2";
        case TLS_VERSION_TLS13:
                return "TLS 1.3";
        default:
                return "unknown";
        }
}

const CipherSpec *cipherspec_table(size_t *ret_n)
{
        assert(ret_n);

        *ret_n = ARRAY_LEN(cipherspecs);
        return cipherspecs;
}

const CipherSpec *cipherspec_by_name(const char *name)
{
        assert(name);

        for (size_t i = 0; i < ARRAY_LEN(cipherspecs); i++)
                if (strcmp(cipherspecs[i].name, name) == 0)
                        return &cipherspecs[i];
        return NULL;
}

const CipherSpec *cipherspec_by_code(uint16_t version, uint16_t code)
{
        for (size_t i = 0; i < ARRAY_LEN(cipherspecs); i++)
                if (cipherspecs[i].version == version && cipherspecs[i].code == code)
                        return &cipherspecs[i];
        return NULL;
}
