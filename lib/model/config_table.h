/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CONFIG_TABLE_H
#define MQTLS_MODEL_CONFIG_TABLE_H

/*
 * Every setting, one row each: what the reader accepts, what --dump=settings prints, and what the
 * manual and the sample are held against. A new setting is a row here, a field in config.h, a line
 * in the sample and an entry in the manual.
 *
 *   X(id, section, name, type, fallback, limits, in_defaults, supported, meaning)
 *
 * id           SETTING_<id>
 * section      CONFIG_SECTION_<section>, the group that the setting stands in
 * type         CONFIG_KIND_<type> of config_value.h; config_check.c knows how to check it
 * fallback     the default as written in a file; "" where there is none
 * limits       "LOW..HIGH" for integers and spans, "A|B" for choices; read by the checks themselves
 * in_defaults  may also stand in defaults
 * supported    false: known, but of a later version, and refused with a clear word
 */

#define CONFIG_TABLE(X)                                                                            \
        CONFIG_TABLE_TOP(X)                                                                        \
        CONFIG_TABLE_HTTP(X)                                                                       \
        CONFIG_TABLE_HTTP_TLS(X)                                                                   \
        CONFIG_TABLE_PROBING(X)                                                                    \
        CONFIG_TABLE_IDENTITIES(X)                                                                 \
        CONFIG_TABLE_IMPORTS(X)                                                                    \
        CONFIG_TABLE_KEYSTORES(X)                                                                  \
        CONFIG_TABLE_ENDPOINTS(X)

#define CONFIG_TABLE_TOP(X)                                                                        \
        X(HTTP, TOP, "http", GROUP, "", "", false, true,                                           \
                "Where and how the daemon answers HTTP requests.")                                 \
        X(PROBING, TOP, "probing", GROUP, "", "", false, true,                                     \
                "How much is done at the same time.")                                              \
        X(DEFAULTS, TOP, "defaults", GROUP, "", "", false, true,                                   \
                "Settings for every endpoint that does not say otherwise.")                        \
        X(IDENTITIES, TOP, "identities", GROUPS, "", "", false, true,                              \
                "Client certificates with their keys, to be named by endpoints.")                  \
        X(ENDPOINTS, TOP, "endpoints", GROUPS, "", "", false, true,                                \
                "The channel endpoints to look at.")                                               \
        X(STATE_DIRECTORY, TOP, "state_directory", PATH, "\"/var/lib/mqtlsd\"", "", false, true,   \
                "Directory for what is kept between starts; $STATE_DIRECTORY wins.")               \
        X(WATCH, TOP, "watch", BOOLEAN, "true", "", false, true,                                   \
                "Whether a change of the files that were read leads to a reload by itself.")       \
        X(SHARD, TOP, "shard", SHARD, "\"1/1\"", "", false, true,                                  \
                "Which share of the endpoints this daemon takes, and of how many.")                \
        X(CRYPTO_PROFILE, TOP, "crypto_profile", STRING, "", "", false, false,                     \
                "How much of the TLS library may be used.")                                        \
        X(IMPORTS, TOP, "imports", GROUPS, "", "", false, true,                                    \
                "Channel definitions to take endpoints from.")                                     \
        X(KEYSTORES, TOP, "keystores", GROUPS, "", "", false, true,                                \
                "Key repositories whose certificates are watched in place.")

#define CONFIG_TABLE_HTTP(X)                                                                       \
        X(HTTP_LISTEN, HTTP, "listen", STRINGS, "( \"127.0.0.1:19157\" )", "", false, true,        \
                "Addresses to listen on; a socket handed over by systemd wins.")                   \
        X(HTTP_LIFECYCLE, HTTP, "lifecycle", BOOLEAN, "false", "", false, true,                    \
                "Whether POST /-/reload and the other changing requests are answered.")            \
        X(HTTP_CONNECTIONS_MAX, HTTP, "connections_max", INTEGER, "512", "1..65535", false, true,  \
                "Connections at the same time on one listening socket.")                           \
        X(HTTP_CONNECTIONS_PER_ADDRESS_MAX, HTTP, "connections_per_address_max", INTEGER, "0",     \
                "0..65535", false, true,                                                           \
                "Connections at the same time from one client address; 0: no such limit.")         \
        X(HTTP_REQUEST_TIMEOUT, HTTP, "request_timeout", SPAN, "\"10s\"", "1s..10m", false, true,  \
                "How long an incomplete request or an unread answer may live.")                    \
        X(HTTP_HEADER_BYTES_MAX, HTTP, "header_bytes_max", INTEGER, "16384", "1024..1048576",      \
                false, true, "Memory for the headers of one request.")                             \
        X(HTTP_TLS, HTTP, "tls", GROUP, "", "", false, true,                                       \
                "Certificate and key to answer HTTPS with.")                                       \
        X(HTTP_BASIC_AUTH_FILE, HTTP, "basic_auth_file", PATH, "", "", false, true,                \
                "Who may ask: lines of NAME:HASH, the hash made by bcrypt.")                       \
        X(HTTP_CALENDAR_TOKENS_FILE, HTTP, "calendar_tokens_file", PATH, "", "", false, true,      \
                "Tokens for calendar programs, which cannot log in: lines of NAME TOKEN FILTER.")

#define CONFIG_TABLE_HTTP_TLS(X)                                                                   \
        X(HTTP_TLS_CERTIFICATE, HTTP_TLS, "certificate", PATH, "", "", false, true,                \
                "PEM file with the server's certificate first and then its chain.")                \
        X(HTTP_TLS_KEY, HTTP_TLS, "key", PATH, "", "", false, true,                                \
                "PEM file with the private key; by default the certificate's file.")               \
        X(HTTP_TLS_PKCS12, HTTP_TLS, "pkcs12", PATH, "", "", false, true,                          \
                "PKCS#12 file with all of it, instead of certificate and key.")                    \
        X(HTTP_TLS_PASSPHRASE_FILE, HTTP_TLS, "passphrase_file", PATH, "", "", false, true,        \
                "File whose first line is the passphrase.")                                        \
        X(HTTP_TLS_PASSPHRASE_CREDENTIAL, HTTP_TLS, "passphrase_credential", CREDENTIAL, "", "",   \
                false, true, "Name of the systemd credential that holds the passphrase.")          \
        X(HTTP_TLS_CLIENT_CA, HTTP_TLS, "client_ca", PATH, "", "", false, true,                    \
                "Signers of the certificates that clients must show; by default none is asked for.") \
        X(HTTP_TLS_HSTS, HTTP_TLS, "hsts", SPAN, "", "1m..730d", false, true,                      \
                "How long browsers shall keep to HTTPS for the whole host; by default unsaid.")

#define CONFIG_TABLE_PROBING(X)                                                                    \
        X(PROBING_CONNECTING_MAX, PROBING, "connecting_max", INTEGER, "256", "1..65535", false,    \
                true, "Probes that wait for a name or a connection at the same time.")             \
        X(PROBING_HANDSHAKING_MAX, PROBING, "handshaking_max", INTEGER, "64", "1..65535", false,   \
                true, "Probes that are in a TLS handshake at the same time.")                      \
        X(PROBING_SPACING, PROBING, "spacing", SPAN, "\"250ms\"", "0ms..60s", false, true,         \
                "Shortest time between two probes of the same listener.")                          \
        X(PROBING_RESOLVER_THREADS, PROBING, "resolver_threads", INTEGER, "4", "1..16", false,     \
                true, "Threads that look names up.")                                               \
        X(PROBING_RESOLVER_CACHE, PROBING, "resolver_cache", SPAN, "\"60s\"", "0s..1d", false,     \
                true, "How long a looked-up name is believed.")

#define CONFIG_TABLE_IDENTITIES(X)                                                                 \
        X(IDENTITY_NAME, IDENTITIES, "name", NAME, "", "", false, true,                            \
                "What endpoints call it; unique.")                                                 \
        X(IDENTITY_CERTIFICATE, IDENTITIES, "certificate", PATH, "", "", false, true,              \
                "PEM file with the certificate first and then its chain.")                         \
        X(IDENTITY_KEY, IDENTITIES, "key", PATH, "", "", false, true,                              \
                "PEM file with the private key; by default the certificate's file.")               \
        X(IDENTITY_PKCS12, IDENTITIES, "pkcs12", PATH, "", "", false, true,                        \
                "PKCS#12 file with all of it, instead of certificate and key.")                    \
        X(IDENTITY_PASSPHRASE_FILE, IDENTITIES, "passphrase_file", PATH, "", "", false, true,      \
                "File whose first line is the passphrase.")                                        \
        X(IDENTITY_PASSPHRASE_CREDENTIAL, IDENTITIES, "passphrase_credential", CREDENTIAL, "", "", \
                false, true, "Name of the systemd credential that holds the passphrase.")

/* Settings of ENDPOINTS may stand beside them (config_table.c says which) and win over the file. */
#define CONFIG_TABLE_IMPORTS(X)                                                                    \
        X(IMPORT_CCDT, IMPORTS, "ccdt", PATH, "", "", false, true,                                 \
                "Client channel definition table in JSON; this or mqsc is required.")              \
        X(IMPORT_MQSC, IMPORTS, "mqsc", PATH, "", "", false, true,                                 \
                "Channel definitions in MQSC, as written, dumped or displayed.")                   \
        X(IMPORT_QMGR, IMPORTS, "qmgr", QMGR, "", "", false, true,                                 \
                "Whose definitions these are; for a CCDT, where a channel names no queue manager.") \
        X(IMPORT_HOST, IMPORTS, "host", CONNAME, "", "", false, true,                              \
                "Where that queue manager listens, for channels of mqsc that accept.")             \
        X(IMPORT_INCLUDE, IMPORTS, "include", STRINGS, "", "", false, true,                        \
                "Globs: only channels that one of them matches; by default all.")                  \
        X(IMPORT_EXCLUDE, IMPORTS, "exclude", STRINGS, "", "", false, true,                        \
                "Globs: no channel that one of them matches; wins over include.")                  \
        X(IMPORT_TYPES, IMPORTS, "types", STRINGS, "",                                             \
                "SDR|SVR|RCVR|RQSTR|CLNTCONN|SVRCONN|CLUSRCVR|CLUSSDR", false, true,               \
                "Only definitions of these types; by default all.")

#define CONFIG_TABLE_KEYSTORES(X)                                                                  \
        X(KEYSTORE_NAME, KEYSTORES, "name", NAME, "", "", false, true,                             \
                "What metrics and reports call it; unique.")                                       \
        X(KEYSTORE_PATH, KEYSTORES, "path", PATH, "", "", false, true,                             \
                "The file, or its stem as SSLKEYR has it.")                                        \
        X(KEYSTORE_STASH, KEYSTORES, "stash", PATH, "", "", false, true,                           \
                "Its stash file, which is never read: it has to be there, and not be open to others.") \
        X(KEYSTORE_QMGR, KEYSTORES, "qmgr", QMGR, "", "", false, true,                             \
                "Whose it is: what its listeners serve is held against the file.")                 \
        X(KEYSTORE_CERTLABL, KEYSTORES, "certlabl", CERTLABL, "", "", false, true,                 \
                "CERTLABL of the queue manager; by default ibmwebspheremq and its name in lower case.") \
        X(KEYSTORE_PASSPHRASE_FILE, KEYSTORES, "passphrase_file", PATH, "", "", false, true,       \
                "File whose first line is the passphrase, which only PKCS#12 needs.")              \
        X(KEYSTORE_PASSPHRASE_CREDENTIAL, KEYSTORES, "passphrase_credential", CREDENTIAL, "", "",  \
                false, true, "Name of the systemd credential that holds the passphrase.")          \
        X(KEYSTORE_EXPIRY_WARNING, KEYSTORES, "expiry_warning", THRESHOLD, "", "", false, true,    \
                "How much is left of a certificate when a warning is due; by default that of defaults.") \
        X(KEYSTORE_EXPIRY_CRITICAL, KEYSTORES, "expiry_critical", THRESHOLD, "", "", false, true,  \
                "How much is left when it becomes critical; by default that of defaults.")

/* In the order in which a reader wants them: who, where, how, when, judged by what, for whom. */
#define CONFIG_TABLE_ENDPOINTS(X)                                                                  \
        X(NAME, ENDPOINTS, "name", NAME, "", "", false, true,                                      \
                "Unique name; by default QMGR/CHANNEL@HOST(PORT) with the first of conname.")      \
        X(QMGR, ENDPOINTS, "qmgr", QMGR, "", "", true, true,                                       \
                "The queue manager's name, where it is known.")                                    \
        X(CHANNEL, ENDPOINTS, "channel", CHANNEL, "", "", true, true,                              \
                "The channel's name; required.")                                                   \
        X(CHLTYPE, ENDPOINTS, "chltype", CHLTYPE, "",                                              \
                "SDR|SVR|RCVR|RQSTR|CLNTCONN|SVRCONN|CLUSRCVR|CLUSSDR", true, true,                \
                "The channel's type, where it is known.")                                          \
        X(CONNAME, ENDPOINTS, "conname", CONNAME, "", "", true, true,                              \
                "Where it listens, as MQ writes it; required.")                                    \
        X(SSLCIPH, ENDPOINTS, "sslciph", SSLCIPH, "", "", true, true,                              \
                "The partner's SSLCIPH: exactly what is offered; required.")                       \
        X(LISTENER_SSLCIPH, ENDPOINTS, "listener_sslciph", LISTENER_SSLCIPH, "", "", true, true,   \
                "The accepting channel's SSLCIPH: what the result is judged by; by default sslciph.") \
        X(CERTLABL, ENDPOINTS, "certlabl", CERTLABL, "", "", false, true,                          \
                "CERTLABL of the accepting channel, to be found in keystores; by default the queue manager's.") \
        X(SSLPEER, ENDPOINTS, "sslpeer", SSLPEER, "", "", true, true,                              \
                "The partner's SSLPEER: the names that the listener's certificate may bear.")      \
        X(SSLCAUTH, ENDPOINTS, "sslcauth", CHOICE, "", "REQUIRED|OPTIONAL", true, true,            \
                "The SSLCAUTH that the listener is held to; by default none.")                     \
        X(TRUST, ENDPOINTS, "trust", PATH, "", "", true, true,                                     \
                "File with the certificates that are believed, PEM or PKCS#12.")                   \
        X(TRUST_PASSPHRASE_FILE, ENDPOINTS, "trust_passphrase_file", PATH, "", "", true, true,     \
                "File whose first line is the passphrase of a PKCS#12 trust file.")                \
        X(TRUST_PASSPHRASE_CREDENTIAL, ENDPOINTS, "trust_passphrase_credential", CREDENTIAL, "",   \
                "", true, true, "Name of the systemd credential that holds that passphrase.")      \
        X(IDENTITY, ENDPOINTS, "identity", NAME, "", "", true, true,                               \
                "Name of the identity to show when the listener asks for a certificate.")          \
        X(SNI, ENDPOINTS, "sni", SNI, "\"channel\"", "channel|hostname|none|NAME", true, true,     \
                "What to send as server_name.")                                                    \
        X(DEPTH, ENDPOINTS, "depth", CHOICE, "\"tls\"", "tls|mq", true, true,                      \
                "How far a probe goes; \"mq\" also names the channel to the queue manager.")       \
        X(ALL_ADDRESSES, ENDPOINTS, "all_addresses", BOOLEAN, "false", "", true, true,             \
                "Whether every address is probed and has to answer, not only the first that does.") \
        X(INTERVAL, ENDPOINTS, "interval", SPAN, "\"15m\"", "1s..30d", true, true,                 \
                "Time from one probe to the next.")                                                \
        X(RETRY_INTERVAL, ENDPOINTS, "retry_interval", SPAN, "\"1m\"", "1s..30d", true, true,      \
                "The same after a failure; it doubles with each, up to interval.")                 \
        X(TIMEOUT, ENDPOINTS, "timeout", SPAN, "\"10s\"", "1s..60s", true, true,                   \
                "Deadline of a whole probe, looking the name up included.")                        \
        X(LINGER, ENDPOINTS, "linger", SPAN, "\"500ms\"", "10ms..5s", true, true,                  \
                "How long a listener may be quiet after the handshake to count as accepting.")     \
        X(MQ_INTERVAL, ENDPOINTS, "mq_interval", SPAN, "\"1h\"", "1m..30d", true, true,            \
                "Time between two looks at depth \"mq\"; at least interval.")                      \
        X(SURVEY, ENDPOINTS, "survey", SPAN, "", "1h..365d", true, true,                           \
                "Time between two surveys of all CipherSpecs that a listener accepts; by default none.") \
        X(EXPIRY_WARNING, ENDPOINTS, "expiry_warning", THRESHOLD, "\"30d\"", "", true, true,       \
                "How much is left of a certificate when a warning is due.")                        \
        X(EXPIRY_CRITICAL, ENDPOINTS, "expiry_critical", THRESHOLD, "\"7d\"", "", true, true,      \
                "How much is left of a certificate when it becomes critical.")                     \
        X(MIN_RSA_BITS, ENDPOINTS, "min_rsa_bits", INTEGER, "2048", "0..16384", true, true,        \
                "Shortest RSA key of the whole chain that is no finding; 0: any.")                 \
        X(MIN_EC_BITS, ENDPOINTS, "min_ec_bits", INTEGER, "256", "0..1024", true, true,            \
                "Shortest elliptic curve key of the whole chain that is no finding; 0: any.")      \
        X(UNIQUE_KEY, ENDPOINTS, "unique_key", BOOLEAN, "true", "", true, true,                    \
                "Whether it is a finding when another queue manager serves the same key.")         \
        X(CONTACT, ENDPOINTS, "contact", STRING, "", "", true, true,                               \
                "Whom to call; a label of the metrics.")                                           \
        X(GROUP, ENDPOINTS, "group", STRING, "", "", true, true,                                   \
                "What it belongs to; a label of the metrics.")                                     \
        X(NOTE, ENDPOINTS, "note", TEXT, "", "", true, true,                                       \
                "A line for whoever reads the status page.")                                       \
        X(RUNBOOK_URL, ENDPOINTS, "runbook_url", URL, "", "", true, true,                          \
                "Where the instructions for this endpoint are.")

#endif
