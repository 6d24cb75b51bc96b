/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_KEYSTORE_H
#define MQTLS_X509_KEYSTORE_H

/*
 * Key repositories on disk: which certificates stand in one, under which labels, and which of them a
 * queue manager would serve. PEM, DER, PKCS#12, CMS .kdb (versions 3, 4 and 6), JKS and JCEKS,
 * recognised by their first bytes and never by name. One of the doors to OpenSSL.
 *
 * Certificates and labels of CMS, JKS and JCEKS stand in clear, so no password is asked for, and
 * without one their integrity cannot be verified: good for watching, not for trust. Private keys are
 * never decrypted; that one is there is all that is said. A stash file is never read.
 *
 * Loaders return 0, or -errno together with `*ret_problem`: one sentence for the operator that names
 * the file, what is wrong and what to do. It is allocated, and NULL only when memory ran out.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"
#include "x509/cert.h"
#include "x509/keystore_table.h"

enum {
        KEYSTORE_FILE_BYTES_MAX = 16 * 1024 * 1024,
        KEYSTORE_ENTRIES_MAX = 4096,
        KEYSTORE_WARNINGS_MAX = 16,         /* kept; the total is counted */
        KEYSTORE_CHAIN_MAX = 16,            /* certificates followed from the one that is served */
        KEYSTORE_KDF_ITERATIONS_MAX = 2000000, /* of a PKCS#12 file: more is an attack on our time */
};

typedef enum KeystoreKind {
#define X(id, name, words) KEYSTORE_KIND_##id,
        KEYSTORE_KIND_TABLE(X)
#undef X
        _KEYSTORE_KIND_MAX,
} KeystoreKind;

const char *keystore_kind_to_string(KeystoreKind kind); /* "cms" */
const char *keystore_kind_words(KeystoreKind kind);     /* "CMS key database" */

/* One certificate. */
typedef struct KeystoreEntry {
        char *label; /* as escape_text() makes it; NULL where the file gives none (PEM, DER) */
        CertFacts facts;
        bool has_private_key; /* a personal certificate; its key is known to be there, not more */
        bool is_signer;       /* an authority, or kept as one that is trusted (CMS signer record) */
        unsigned chain_position; /* JKS: 1… for what stands behind a personal certificate and under
                                    its label; else 0 */
} KeystoreEntry;

/* Entries in another order than that of the file; borrowed from the Keystore. */
typedef struct KeystoreIndex {
        const KeystoreEntry **list;
        size_t n;
} KeystoreIndex;

typedef struct Keystore {
        char *path; /* what was read, an extension added to a stem included */
        KeystoreKind kind;
        unsigned version;       /* of CMS, JKS and JCEKS; else 0 */
        KeystoreEntry *entries; /* in file order */
        size_t n_entries;
        KeystoreIndex by_label, by_subject; /* for keystore_find_served() */
        size_t n_personal;                  /* with a label and a private key */
        bool is_partial; /* the file has more that could not be read: a warning says what */
        char **warnings; /* sentences, printable ASCII but for the path; most files have none */
        size_t n_warnings;       /* kept, at most KEYSTORE_WARNINGS_MAX */
        size_t n_warnings_total; /* all */
} Keystore;

/*
 * Reads a key repository. `path` may be a stem, as SSLKEYR has it: where there is no such file, the
 * name with ".kdb" is tried, then with ".p12". `passphrase` (or NULL) is for PKCS#12 alone.
 * Problems: missing, unreadable, larger than KEYSTORE_FILE_BYTES_MAX, a stash file, no known kind,
 * cut short or lying about its sizes, wrong passphrase. An empty repository is none: it warns.
 */
int keystore_load(const char *path, const char *passphrase, char **ret_problem, Keystore **ret);

/* The same for bytes in memory; `path` is only named in texts. */
int keystore_parse(const char *path,
        const void *data,
        size_t len,
        const char *passphrase,
        char **ret_problem,
        Keystore **ret);

Keystore *keystore_free(Keystore *k);
DEFINE_CLEANUP(Keystore, keystore_free, keystore_cleanup)

/* What tells one state of a file from another. */
typedef struct KeystoreStamp {
        int error; /* errno where it cannot be looked at; nothing else is set then */
        uint64_t device, inode, size;
        int64_t modified_ns, changed_ns; /* since 1970 */
} KeystoreStamp;

/* The state of the file that keystore_load() would read. Returns 0, also where there is none, or -ENOMEM. */
int keystore_stamp(const char *path, KeystoreStamp *ret);
bool keystore_stamp_equal(const KeystoreStamp *a, const KeystoreStamp *b);

/* The stash file that belongs to a key repository: its name with the extension ".sth". Allocated.
 * Returns 0 or -ENOMEM. */
int keystore_stash_path(const char *repository, char **ret);

/*
 * Looks at a stash file, without opening it: it must be a regular file and its mode not wider than
 * 0640, because whoever reads it has the password. Returns 0, or -errno with a problem: -ENOENT
 * where it is missing, -EPERM where the mode is wider.
 */
int keystore_stash_check(const char *path, char **ret_problem);

/* The label that a queue manager without CERTLABL looks for: "ibmwebspheremq" and its name in lower
 * case. Allocated. Returns 0 or -ENOMEM. */
int keystore_default_label(const char *qmgr, char **ret);

typedef enum KeystoreFindingKind {
#define X(id, name) KEYSTORE_FINDING_##id,
        KEYSTORE_FINDING_TABLE(X)
#undef X
        _KEYSTORE_FINDING_MAX,
} KeystoreFindingKind;

const char *keystore_finding_to_string(KeystoreFindingKind kind); /* "label_missing" */

typedef struct KeystoreFinding {
        KeystoreFindingKind kind;
        const KeystoreEntry *entry; /* which one; borrowed; NULL for LABEL_MISSING */
        char *text;                 /* what, and what to do; printable ASCII but for the path */
} KeystoreFinding;

typedef struct KeystoreServed {
        char *label;                /* that was looked for, as escape_text() makes it; NULL: none */
        const KeystoreEntry *entry; /* borrowed from the Keystore; NULL: none would be served */
        KeystoreFinding *findings;  /* in the order of the table */
        size_t n_findings;
} KeystoreServed;

/*
 * Finds the certificate that a queue manager would serve: the one labelled `certlabl`, or its
 * default label where that is NULL or blank. In a file without labels (PEM, DER) it is the first
 * certificate. MQ has no other fall-back; a label counts as it is written, except in JKS and JCEKS,
 * where Java folds its case. Its signers are followed by name, and one that is valid at `now` wins
 * over one of the same name that is not, so a renewed signer beside the old one raises nothing.
 * Returns 0 or -ENOMEM. `ret` is the caller's: keystore_served_done(), before keystore_free().
 */
int keystore_find_served(const Keystore *k,
        const char *certlabl,
        const char *qmgr,
        int64_t now,
        KeystoreServed *ret);
void keystore_served_done(KeystoreServed *s);

#endif
