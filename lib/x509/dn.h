/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_DN_H
#define MQTLS_X509_DN_H

/*
 * A distinguished name as a value: its attributes in DER order (root first), without any OpenSSL
 * type. MQ and RFC 4514 print the same name differently; both forms are made here.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The attribute types that MQ has a keyword for (SSLPEER documentation); everything else is OTHER
 * and printed by its OID. */
typedef enum DnType {
        DN_CN,
        DN_T,
        DN_OU,
        DN_O,
        DN_DC,
        DN_UID,
        DN_MAIL,
        DN_STREET,
        DN_L,
        DN_ST,
        DN_PC,
        DN_C,
        DN_DNQ,
        DN_UNSTRUCTUREDNAME,
        DN_UNSTRUCTUREDADDRESS,
        DN_X520_SERIALNUMBER, /* the X.520 attribute; MQ's SERIALNUMBER is the certificate's serial */
        DN_OTHER,
        _DN_TYPE_MAX,
} DnType;

typedef struct DnAttribute {
        DnType type;
        char *oid;   /* dotted decimal */
        char *value; /* UTF-8 where the certificate's string type allows, else its bytes; may hold NUL */
        size_t value_len;
        unsigned rdn; /* which relative distinguished name, 0 = first in DER */
} DnAttribute;

typedef struct Dn {
        DnAttribute *attributes;
        size_t n_attributes;
} Dn;

void dn_done(Dn *dn);

/* Appends an attribute, copying `oid` and `value`. Returns 0 or -ENOMEM. */
int dn_add(Dn *dn, const char *oid, const void *value, size_t value_len, unsigned rdn);

/* MQ's keyword for a type ("UNSTRUCTUREDNAME"), NULL for DN_OTHER and DN_X520_SERIALNUMBER. */
const char *dn_type_keyword(DnType type);

/* The type that has this OID, DN_OTHER when there is none. */
DnType dn_type_from_oid(const char *oid);

/*
 * Appends the name as MQ prints it in SSLCERTI and (without its leading SERIALNUMBER) in SSLPEER:
 * "CN=QM1,OU=SSL For MQ,O=IBM,ST=MA,C=US", most specific first, unstructured attributes last.
 * A value that holds a separator, quote or blank at an end stands in quotes; bytes that are no text
 * become \xNN, a backslash becomes \\, so that the original can be recovered.
 */
void dn_to_mq(const Dn *dn, Buf *b);

/* Appends the name in RFC 4514 form: last RDN first, multi-valued RDNs joined by '+', special
 * characters, control characters and bytes that are no UTF-8 escaped as the RFC says. */
void dn_to_rfc4514(const Dn *dn, Buf *b);

/* True when both have the same attributes with the same bytes in the same order. */
bool dn_equal(const Dn *a, const Dn *b);

#endif
