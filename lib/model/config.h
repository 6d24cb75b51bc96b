/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CONFIG_H
#define MQTLS_MODEL_CONFIG_H

/*
 * The configuration as values, with everything loaded that a probe needs: trust stores, identities
 * and TLS profiles, one of each kind however many endpoints share it. Immutable once loaded, and the
 * one reference-counted object of the house, because a running probe may outlive a reload.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "judge/expiry.h"
#include "judge/policy.h"
#include "model/import.h"
#include "model/issue.h"
#include "model/shard.h"
#include "model/web_identity.h"
#include "model/web_passwords.h"
#include "model/web_tokens.h"
#include "mq/channel.h"
#include "mq/conname.h"
#include "mq/sni.h"
#include "mq/sslpeer.h"
#include "tls/handshake.h"
#include "x509/credential.h"

typedef struct ListenAddress {
        char *host; /* numeric, without brackets */
        uint16_t port;
} ListenAddress;

typedef struct HttpConfig {
        ListenAddress *listen;
        size_t n_listen;
        bool lifecycle;
        unsigned connections_max;            /* all together, per listening socket */
        unsigned connections_per_address_max; /* 0: no such limit */
        uint64_t request_timeout_usec;       /* absolute life of an incomplete request or unread answer */
        size_t header_bytes_max;             /* memory for a request's headers */

        /* Who is let in. The paths are kept, because what stands there is read again when it changes;
         * beside them what stood there when the configuration was loaded. */
        bool has_tls;
        WebIdentityFiles tls_files;
        WebIdentity *identity;
        Threshold expiry_warning, expiry_critical; /* for the server's own certificate */
        int64_t hsts_seconds;                      /* 0: browsers are told nothing */
        char *basic_auth_file; /* NULL: nobody is asked */
        WebPasswords *passwords;
        char *calendar_tokens_file; /* NULL: there are none */
        WebTokens *tokens;
} HttpConfig;

typedef struct ProbingConfig {
        unsigned connecting_max;   /* probes that wait for a name or a connection, at the same time */
        unsigned handshaking_max;  /* probes that hold TLS memory, at the same time */
        uint64_t spacing_usec;     /* between two probes of one listener */
        unsigned resolver_threads;
        uint64_t resolver_cache_usec;
} ProbingConfig;

typedef struct EndpointConfig {
        char *file; /* where it is defined */
        unsigned line;

        char *name; /* unique */
        char *qmgr; /* NULL: unknown */
        char *channel;
        ChannelType chltype; /* _CHANNEL_TYPE_INVALID: not said */
        char *conname;       /* as configured */
        ConnameList connames;
        char *identity_name; /* NULL: none */
        char *trust_path;    /* NULL: none */
        SniMode sni_mode;
        char *sni; /* server_name to send; NULL for SNI_NONE, and for SNI_HOSTNAME (the host of each conname) */
        bool all_addresses;
        char *certlabl;      /* CERTLABL of the channel, where its SNI is sent; NULL: the queue manager's */

        uint64_t interval_usec, retry_interval_usec, timeout_usec;
        ProbeDepth depth;
        uint64_t mq_interval_usec; /* between two looks at depth "mq"; never less than interval_usec */
        uint64_t survey_usec;      /* between two surveys; 0: none is made */
        uint64_t linger_usec; /* how long a listener may be quiet after the handshake to count as accepting */

        char *contact, *group, *note, *runbook_url; /* NULL where not set */

        SslPeer *sslpeer; /* NULL: none; the policy points to it, as it does to qmgr */
        Policy policy;

        /* Borrowed from the Config. */
        const TrustStore *trust;  /* NULL: none */
        const Identity *identity; /* NULL: none */
        TlsProfile *profile;
        TlsProfile *anonymous_profile; /* the same without the identity; NULL where no policy asks for
                                          the look without it */
} EndpointConfig;

/* A key repository that is watched in place. */
typedef struct KeystoreConfig {
        char *file; /* where it is defined */
        unsigned line;

        char *name;     /* unique */
        char *path;     /* of the file, or of its stem as SSLKEYR has it */
        char *stash;    /* its stash file, of which only presence and mode are looked at; NULL: the one
                           beside it, which may be missing */
        char *qmgr;     /* whose it is: endpoints of this queue manager are held against it; NULL: nobody's */
        char *certlabl; /* CERTLABL of the queue manager; NULL: its default label */
        char *passphrase; /* for PKCS#12; NULL: none. Wiped when freed. */
        Threshold expiry_warning, expiry_critical;
} KeystoreConfig;

/* What one group of imports = gave, and what it did not, and why. */
typedef struct ConfigImport {
        char *path;
        const char *format;  /* "ccdt" or "mqsc"; static */
        size_t n_endpoints;  /* made of it */
        size_t n_explicit;   /* left out, because endpoints = has the name */
        ImportSkip *skipped; /* by line */
        size_t n_skipped;
} ConfigImport;

typedef struct Config {
        unsigned n_ref;

        char *path;
        char *state_directory;
        bool watch; /* its files */
        Shard shard;
        HttpConfig http;
        ProbingConfig probing;

        EndpointConfig *endpoints; /* that this shard takes */
        size_t n_endpoints;
        size_t n_endpoints_all; /* of all shards */
        ConfigImport *imports;
        size_t n_imports;
        KeystoreConfig *keystores;
        size_t n_keystores;

        struct ConfigShared *shared; /* the loaded stores, identities and profiles */
} Config;

Config *config_ref(Config *c);
Config *config_unref(Config *c); /* NULL is fine; returns NULL */
DEFINE_CLEANUP(Config, config_unref, config_cleanup)

/* Would a probe of both do the same, at the same pace, and be judged the same? Then an endpoint keeps
 * its history and its place in the schedule over a reload. Trust stores and identities are compared by
 * content, as their files may have been replaced. Names and texts for people are not compared. */
bool endpoint_config_equal(const EndpointConfig *a, const EndpointConfig *b);

/* Would a probe of both talk to the same listener, and say the same? Then what was seen of the one is
 * still true of the other, however it is judged and whenever it is looked at. */
bool endpoint_config_sees_equal(const EndpointConfig *a, const EndpointConfig *b);

/* The server_name to send to this entry of the endpoint's conname list; NULL: none. */
const char *endpoint_config_sni(const EndpointConfig *e, const Conname *entry);

#endif
