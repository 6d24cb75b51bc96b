/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CONFIG_IMPORT_H
#define MQTLS_MODEL_CONFIG_IMPORT_H

/*
 * A group of imports = on its way to endpoints: config_import.c has the file read,
 * config_import_endpoint.c makes one definition of it into an endpoint. Internal to model/.
 */

#include <stddef.h>

#include "model/config_build.h"
#include "model/import.h"

typedef struct Importer {
        ConfigBuilder *builder;
        ConfigGroup *group;
        const char *format, *path;
        ImportOptions options;
        ChannelType *types;
        ImportResult result;
        size_t n_endpoints, n_explicit;
        unsigned n_warnings;

        const char *group_file; /* what the group had before a definition took its place */
        unsigned group_line;
        char *group_setting;
        ConfigValue depth;
} Importer;

/* The endpoints that stand in the configuration itself have been built. Returns 0 or -ENOMEM. */
int config_import_begin(Importer *m);

/* Makes an endpoint of a definition, or leaves it out with a reason. Returns 0 or -ENOMEM. */
int config_import_definition(Importer *m, const ImportedEndpoint *e);

#endif
