/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_IMPORT_H
#define MQTLS_MODEL_IMPORT_H

/*
 * What the importers (import_ccdt.h, import_mqsc.h) give: channel definitions that take part in TLS,
 * as values. Nothing of this is an endpoint of the configuration yet: names, defaults and the check of
 * SSLCIPH against the catalogue are its business.
 *
 * What a queue manager would refuse is an error in the Issues. A definition that it takes, but that
 * cannot be probed or is not wanted, is skipped with a reason.
 */

#include <stdbool.h>
#include <stddef.h>

#include "mq/channel.h"

enum {
        IMPORT_BYTES_MAX = 64 * 1024 * 1024, /* of one file */
        IMPORT_DEFINITIONS_MAX = 100000,     /* in one file, skipped ones included */
        IMPORT_ISSUES_MAX = 100,             /* errors, and warnings, said about one file */
};

/* Texts are UTF-8, NULL where the definition says nothing or a blank. */
typedef struct ImportedEndpoint {
        /* Of the accepting side: the definer for a listening channel, QMNAME for a client connection,
         * RQMNAME where a channel status shows it; NULL for other senders, which do not name their
         * partner. */
        char *qmgr;
        bool qmgr_may_be_group; /* from QMNAME: may be the name of a queue manager group, too */
        char *defined_by;       /* the queue manager that holds the definition */

        char *channel; /* a valid channel name */
        ChannelType chltype;
        /* True: the definition is of the side that accepts. Its SSLCIPH is what the listener admits,
         * its SSLPEER and SSLCAUTH are about who dials in, its CERTLABL about what the listener shows.
         * False: the definition is of the side that dials, CONNAME is the remote listener, SSLPEER is
         * about the listener's certificate. */
        bool is_listener;
        bool is_from_status; /* only a channel status was seen: SSLCIPH is what was negotiated */

        char *conname; /* a valid CONNAME list */
        char *sslciph; /* not blank; as written, any spelling that MQ has */
        char *sslpeer;
        char *sslcauth;
        char *certlabl;
        char *description;

        unsigned line; /* 0 where it is not known */
} ImportedEndpoint;

typedef struct ImportSkip {
        char *name; /* as written; "" where there is none */
        unsigned line;
        char *why; /* "has no SSLCIPH" */
} ImportSkip;

/* Endpoints are in the order of the file. */
typedef struct ImportResult {
        ImportedEndpoint *endpoints;
        size_t n_endpoints;
        ImportSkip *skipped;
        size_t n_skipped;
} ImportResult;

void import_result_done(ImportResult *r);

/* Everything may be 0 and is borrowed. */
typedef struct ImportOptions {
        const char *qmgr; /* the queue manager whose definitions these are; wins over what the file says */
        /* Where that queue manager listens, for listening definitions, which have no CONNAME: a
         * CONNAME list, whose entries without a port get the one of the file's listener, or 1414. */
        const char *host;

        /* Globs over channel names (fnmatch(3)): one of `include`, where there are any, and none of
         * `exclude`. */
        const char *const *include;
        size_t n_include;
        const char *const *exclude;
        size_t n_exclude;
        const ChannelType *types; /* only these, where there are any */
        size_t n_types;
} ImportOptions;

#endif
