/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CONFIG_LOAD_H
#define MQTLS_MODEL_CONFIG_LOAD_H

/* From files to a Config, driven by config_table.h. The door to libconfig. */

#include "base/path_list.h"
#include <stdbool.h>

#include "model/config.h"
#include "model/issue.h"

typedef struct ConfigSurroundings {
        /* What the environment says, handed in because lib/ does not read it; each may be NULL. */
        const char *credentials_directory; /* $CREDENTIALS_DIRECTORY */
        const char *state_directory;       /* $STATE_DIRECTORY; wins over state_directory = */

        bool is_without_web; /* no HTTP is answered (--once): its secrets are nobody's business, and
                                perhaps not readable */
} ConfigSurroundings;

/*
 * Reads `path`, its @include files, and every trust store, identity and passphrase they name. Every
 * mistake is added to `issues`. Returns 0 with a new reference in `*ret`, -EINVAL when there was an
 * error among the issues, or -ENOMEM.
 */
int config_load(
        const char *path, const ConfigSurroundings *surroundings, Issues *issues, Config **ret);

/* What a configuration was read from, or looked for; also what is missing, and may come. */
typedef struct ConfigFiles {
        PathList own;    /* itself, includes, imports, trust, identities, passphrases */
        PathList others; /* what http = names: read here, too, and followed by whoever lets people in */
} ConfigFiles;

void config_files_done(ConfigFiles *f);
#define CLEANUP_CONFIG_FILES CLEANUP(config_files_done)

/* The same. Also fills `files`, whatever it returns, so that a change of them can be noticed. Key
 * repositories are not among them: they are read elsewhere, and refuse nothing. */
int config_load_files(const char *path, const ConfigSurroundings *surroundings, Issues *issues,
        ConfigFiles *files, Config **ret);

/* The same from a text in memory that stands for the file `path`. */
int config_load_text(const char *path, const void *text, size_t len,
        const ConfigSurroundings *surroundings, Issues *issues, Config **ret);

/* The settings of one endpoint, as `mqtlsd --probe` takes them from the command line: NULL where not
 * given. The issues' file is "command line", their setting the option. */
typedef struct ConfigProbeOptions {
        const char *conname;
        const char *channel; /* default "SYSTEM.DEF.SVRCONN" */
        const char *sslciph; /* default "ANY_TLS12_OR_HIGHER" */
        const char *listener_sslciph;
        const char *trust;
        const char *identity; /* PEM with certificate and key, or PKCS#12 */
        const char *identity_passphrase_file;
        const char *sni;
        const char *sslpeer;
        const char *depth;
        const char *timeout;
        bool all_addresses;
} ConfigProbeOptions;

int config_from_probe_options(
        const ConfigProbeOptions *options, Issues *issues, Config **ret);

/* What the settings table holds, for --dump=settings and for the tests that hold the manual and the
 * sample against it. */
typedef struct SettingInfo {
        const char *section;   /* "" at the top, "http", "http.tls", "endpoints", … */
        const char *name;
        const char *type;      /* "string", "boolean", "integer", "span", "threshold", "list of strings", … */
        const char *fallback;  /* default as written in a file, "" where there is none */
        const char *limits;    /* "1s..60s", "A|B|C", "" */
        const char *meaning;   /* one sentence */
        bool in_defaults;      /* an endpoint setting that may also stand in defaults */
        bool supported;        /* false: known, refused with "not supported yet" */
} SettingInfo;

/* The i-th row, NULL behind the last. */
const SettingInfo *setting_info(size_t i);

#endif
