/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_KEYSTORE_MAKER_H
#define MQTLS_TESTS_KEYSTORE_MAKER_H

/*
 * A writer of key repositories for tests: CMS .kdb of versions 3, 4 and 6, JKS and JCEKS, byte by byte
 * as the layouts in lib/x509/keystore_cms.c and keystore_jks.c say. What it writes remembers where its
 * length fields are, so that a test can make each of them lie. MACs and digests are noise: nobody
 * without the password can tell. A mistake in its use ends the program with a message.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "tests/support/pki.h"

/* A number in the file that says how long, or how many, something is. */
typedef struct MakerLength {
        const char *what;
        size_t offset;
        unsigned n_octets; /* big-endian */
        bool is_unneeded;  /* a reader that does not look at it does no wrong */
} MakerLength;

typedef struct MakerFile {
        Buf bytes;
        MakerLength *lengths;
        size_t n_lengths;
} MakerFile;

void maker_file_done(MakerFile *f);
#define CLEANUP_MAKER CLEANUP(maker_file_done)

/* One record or entry. */
typedef struct MakerRecord {
        const char *label;
        size_t label_len; /* 0: strlen() */
        const PkiCert *cert;
        const PkiCert *const *chain; /* Java: stands behind the certificate of a private key */
        size_t n_chain;
        bool is_personal;   /* with a private key: CMS [2], Java 1; else CMS [1], Java 2 */
        bool is_secret;     /* JCEKS 3: no certificate at all */
        bool is_empty;      /* CMS: a slot of zeros */
        bool label_has_nul; /* CMS: the label's second length counts a NUL */
        uint8_t tag;        /* CMS: instead of 0xA1 or 0xA2; 0: not */
        uint32_t type;      /* CMS: of the slot, Java: of the entry; 0: what it should be */
} MakerRecord;

typedef struct MakerOptions {
        unsigned version;   /* CMS 3, 4 or 6; Java 1 or 2 */
        size_t slot_size;   /* CMS: 0 is 5000 */
        bool is_requests;   /* CMS: an .rdb */
        bool is_jceks;      /* Java */
        bool no_index;      /* CMS: zeros behind the label */
        bool strange_index; /* CMS: something else there */
} MakerOptions;

MakerFile maker_cms(const MakerOptions *o, const MakerRecord *records, size_t n);
MakerFile maker_java(const MakerOptions *o, const MakerRecord *records, size_t n);

/* The number at a length field, and a new one in its place (cut to its octets). */
uint64_t maker_length_get(const MakerFile *f, const MakerLength *l);
void maker_length_set(MakerFile *f, const MakerLength *l, uint64_t value);

#endif
