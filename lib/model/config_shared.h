/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CONFIG_SHARED_H
#define MQTLS_MODEL_CONFIG_SHARED_H

/*
 * What many endpoints share: trust stores, identities and TLS profiles, each loaded once. Owned by
 * the Config, lent to its endpoints. Internal to model/.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"
#include "model/config_value.h"
#include "model/issue.h"
#include "mq/cipherspec.h"
#include "tls/handshake.h"
#include "x509/credential.h"

typedef struct ConfigShared ConfigShared;

int config_shared_new(ConfigShared **ret);
ConfigShared *config_shared_free(ConfigShared *s);
DEFINE_CLEANUP(ConfigShared, config_shared_free, config_shared_cleanup)

/* Where a passphrase comes from: one of two settings, both or neither of which may be absent. */
typedef struct ConfigPassphrase {
        ConfigValue *file;       /* NULL: absent */
        ConfigValue *credential; /* NULL: absent */
        const char *credentials_directory; /* NULL: the environment names none */
} ConfigPassphrase;

/* Reads it. `*ret` stays NULL where none is configured, and where it cannot be read, which has been
 * complained about. Returns 0 or -ENOMEM. */
int config_shared_passphrase(const ConfigPassphrase *passphrase, Issues *issues, char **ret);

/*
 * The file that holds a passphrase, "" for none, NULL in `*ret` after a complaint. Returns 0 or
 * -ENOMEM.
 */
int config_passphrase_path(const ConfigPassphrase *p, Issues *issues, char **ret);

/* In the functions below, 0 with NULL in `*ret` means that there is an issue which says why; it was
 * added now, or when the same thing was wanted before. Otherwise they return 0 or -ENOMEM. */

/* The trust store of a `trust =`. */
int config_shared_trust(ConfigShared *s, ConfigValue *path, const ConfigPassphrase *passphrase,
        Issues *issues, const TrustStore **ret);

/* Where an identity's parts stand; `certificate` (with `key`, which may be absent) or `pkcs12`. */
typedef struct ConfigIdentityFiles {
        ConfigValue *certificate;
        ConfigValue *key;
        ConfigValue *pkcs12;
} ConfigIdentityFiles;

/* Loads an identity and keeps it under its name, also when it could not be loaded: then whoever
 * names it does not complain again. */
int config_shared_add_identity(ConfigShared *s, const ConfigValue *name,
        const ConfigIdentityFiles *files, const ConfigPassphrase *passphrase, Issues *issues);

/* True if there is an identity of this name; `*ret` is NULL when it could not be loaded. */
bool config_shared_find_identity(const ConfigShared *s, const char *name, const Identity **ret);

/* The nearest name to one that there is not; NULL when none is near. */
const char *config_shared_nearest_identity(const ConfigShared *s, const char *name);

/* The profile of a `sslciph =` and an identity, which may be NULL. */
int config_shared_profile(ConfigShared *s, ConfigValue *sslciph, const SslCiph *parsed,
        const Identity *identity, Issues *issues, TlsProfile **ret);

#endif
