/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_REPOSITORY_H
#define MQTLS_MODEL_REPOSITORY_H

/*
 * A key repository that is watched (keystores = in the configuration), as it was read last, and what is
 * to be thought of it. Values; when the file is read is the daemon's business.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/util.h"
#include "judge/diagnosis.h"
#include "judge/expiry.h"
#include "model/config.h"
#include "model/issue.h"
#include "x509/keystore.h"

/* One certificate in it. */
typedef struct RepositoryCert {
        const KeystoreEntry *entry; /* in the Keystore */
        bool is_held;               /* to the thresholds: what would be served, see repository_judge() */
        bool has_state;             /* it is, and its dates can be read */
        ExpiryState state;
        int64_t warning_seconds, critical_seconds; /* its thresholds, where has_state */
} RepositoryCert;

/* What would be served to channels with one CERTLABL. */
typedef struct RepositoryServed {
        char *certlabl; /* of channels; NULL: none, and the queue manager's counts */
        KeystoreServed served;
} RepositoryServed;

typedef struct Repository {
        const KeystoreConfig *config; /* in the inventory's Config */

        int64_t read_at;     /* the last look at the file, whether or not it had changed; 0: none yet */
        int64_t since_at;    /* since when it is known to hold this; 0: since it was first read */
        Keystore *keystore;  /* of the last good look; NULL: none was */
        char *problem;       /* why the last look failed; NULL: it did not */
        char *stash_problem; /* what is wrong with the stash file; NULL: nothing, or none is to be looked at */

        /* By repository_judge(). */
        RepositoryCert *certs; /* parallel to the Keystore's entries */
        size_t n_certs;
        RepositoryServed *served; /* the queue manager's first; none where nothing is looked for */
        size_t n_served;
        Severity severity; /* UNKNOWN before the first look */
} Repository;

void repository_done(Repository *r);

/* How urgent a finding about what is served is. */
Severity repository_finding_severity(KeystoreFindingKind kind);

/* What a look at the files came to. */
typedef struct RepositoryReading {
        bool unchanged;      /* the key repository is as it was read last; only the stash file was looked at */
        Keystore *keystore;  /* NULL: unchanged, or there is a problem */
        char *problem;
        char *stash_problem;
} RepositoryReading;

void repository_reading_done(RepositoryReading *reading);
#define CLEANUP_REPOSITORY_READING CLEANUP(repository_reading_done)

/* Reads a key repository, and looks at its stash file: blocks as long as the disk does, and derives
 * keys. `stash` may be NULL: the one beside the file, which may be missing. Returns 0, also where
 * neither can be read, or -ENOMEM. */
int repository_read(const char *path, const char *stash, const char *passphrase, RepositoryReading *ret);

/* The stash file alone. */
int repository_read_stash(const char *path, const char *stash, char **ret_problem);

/*
 * Takes what a reading holds, which is empty afterwards. After one that failed the last good Keystore
 * stays. True when anything but the time is another than before; what would be served is known only
 * after repository_judge() then.
 */
bool repository_take(Repository *r, RepositoryReading *reading, int64_t now_at);

/*
 * Judges it: what would be served under each label, and how near its end that is. `certlabls` are
 * those of the queue manager's channels, sorted and without doubles. What is served is held to the
 * thresholds; where nothing is looked for (neither qmgr = nor certlabl =), every certificate with its
 * private key, and of PEM and DER the first. Returns 0, or -ENOMEM with nothing known of it.
 */
int repository_judge(Repository *r, const char *const *certlabls, size_t n_certlabls, int64_t now_at);

/* Does it belong to this queue manager? Names are case-sensitive, as MQ has them. NULL: none does. */
bool repository_is_of(const Repository *r, const char *qmgr);

/* What is served to a channel with this CERTLABL, which may be NULL. NULL: not known. */
const KeystoreServed *repository_served(const Repository *r, const char *certlabl);

/*
 * One sentence: what is most urgent about it, or what it serves and until when. It holds no moment
 * relative to now, so that another sentence is news. Printable; labels and names are escaped.
 */
void repository_append_message(const Repository *r, Buf *b);

enum {
        REPOSITORY_PROBLEMS_MAX = 20, /* said about one; a file can miss thousands of labels */
};

/*
 * Everything that is wrong with it, as warnings at its place in the configuration: the most urgent first,
 * in the order in which repository_append_message() chooses. Nothing where all is well or nothing was read.
 */
void repository_complain(const Repository *r, Issues *issues);

/* "personal": its private key is there; "signer": kept as one that is trusted; "certificate": the file
 * does not say. */
const char *repository_role(const KeystoreEntry *entry);

#endif
