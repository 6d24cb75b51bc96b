/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_CERT_INTERNAL_H
#define MQTLS_X509_CERT_INTERNAL_H

/*
 * What the parts of the certificate reader (cert.c, cert_der.c, cert_names.c, cert_extensions.c)
 * share; the walk through DER is the key repository reader's as well. Holds OpenSSL's types, so
 * nobody else includes it.
 */

#include <openssl/x509.h>

#include "base/buf.h"
#include "x509/cert.h"

/* Some of the bytes that were given, borrowed. */
typedef struct CertSpan {
        const uint8_t *p;
        size_t len;
} CertSpan;

/* The contents of those SEQUENCEs in the bytes as sent that we read ourselves. */
typedef struct CertLayout {
        CertSpan issuer, validity, subject;
} CertLayout;

/* A certificate being read. Faults are collected on the way, as bits and as text. */
typedef struct CertReader {
        X509 *x509;
        CertLayout layout; /* all empty when the bytes are no DER */
        CertFacts *facts;
        Buf fault_text;
        unsigned n_faults;
} CertReader;

/* Notes a fault in our own words: never bytes of the certificate. */
void cert_fault(CertReader *r, CertFault fault, const char *format, ...) PRINTF_LIKE(3, 4);

/* Appends an OID: its long name where OpenSSL has one and `names` is set, else dotted decimal.
 * Returns false, with nothing appended, for one that is empty or too long to be sane. */
bool cert_append_oid(Buf *b, const ASN1_OBJECT *object, bool names);

/* cert_der.c: takes one element off `rest`, all of it and its content. False for what is no DER.
 * The second wants a certain tag. */
bool cert_span_next(CertSpan *rest, uint8_t *ret_tag, CertSpan *ret_whole, CertSpan *ret_content);
bool cert_span_expect(CertSpan *rest, uint8_t tag, CertSpan *ret_content);
bool cert_layout_find(CertSpan der, CertLayout *ret);

/* cert_names.c: subject and issuer; subject alternative names. Return 0 or -ENOMEM. */
int cert_read_names(CertReader *r);
int cert_read_sans(CertReader *r);

/* Turns each string in issuer and subject into one that OpenSSL copies unread, so that a certificate
 * with a name that is no text can be read for everything else. Its signature is broken by that. */
void cert_disguise_names(uint8_t *der, size_t der_len);

/* cert_extensions.c: key usage, extended key usage, basic constraints. */
void cert_read_extensions(CertReader *r);

/* One extension decoded, NULL when it is absent or faulty (noted); the caller frees it by its type. */
void *cert_read_extension(CertReader *r, int nid, const char *name, bool *ret_critical);

#endif
