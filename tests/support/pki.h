/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_PKI_H
#define MQTLS_TESTS_PKI_H

/*
 * A certificate maker for tests: whatever a good, careless or hostile authority could sign, made in
 * memory with the dates wanted. No test keeps a certificate in a file, because files expire.
 *
 *      CLEANUP_PKI PkiCert ca = pki_issue(&(PkiOptions){ .cn = "CA", .ca = true });
 *      CLEANUP_PKI PkiCert leaf = pki_issue(&(PkiOptions){ .cn = "QM1", .issuer = &ca });
 *      DerCert sent[] = { { leaf.der, leaf.der_len } };
 *
 * Whatever is left zero is sane: a P-256 key, SHA-256, valid from PKI_NOW - 1 day to PKI_NOW + 365
 * days, self-signed without `issuer`. A mistake in the options ends the program with a message.
 */

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* The "now" of tests that need no other: 2026-01-01T00:00:00Z. Pass it in, ask no clock. */
#define PKI_NOW INT64_C(1767225600)
#define PKI_DAY INT64_C(86400)

typedef enum PkiKey {
        PKI_KEY_P256, /* the default: made in no time, always fresh unless a slot is named */
        PKI_KEY_P384,
        PKI_KEY_P521,
        PKI_KEY_ED25519,
        PKI_KEY_RSA1024, /* RSA keys are slow to make, so they come from the cache always */
        PKI_KEY_RSA2048,
        PKI_KEY_RSA3072,
        PKI_KEY_RSA4096,
        _PKI_KEY_MAX,
} PkiKey;

/* A date: seconds since 1970, or bytes as they shall stand in the certificate. */
typedef struct PkiTime {
        bool set;        /* false: the default */
        int64_t at;      /* years 0..9999; UTCTime for 1950..2049 as RFC 5280 says, else GeneralizedTime */
        const char *raw; /* not NULL: the content, however wrong ("261301000000Z") */
        int raw_tag;     /* V_ASN1_UTCTIME or V_ASN1_GENERALIZEDTIME; 0 = by the length of raw */
} PkiTime;

#define PKI_AT(seconds) ((PkiTime){ .set = true, .at = (seconds) })
#define PKI_UTC_RAW(text) ((PkiTime){ .set = true, .raw = (text), .raw_tag = V_ASN1_UTCTIME })
#define PKI_GEN_RAW(text) ((PkiTime){ .set = true, .raw = (text), .raw_tag = V_ASN1_GENERALIZEDTIME })

/* One attribute of a name: its bytes are not looked at. */
typedef struct PkiAttribute {
        const char *oid; /* "2.5.4.3", or OpenSSL's short name "CN" */
        int type;        /* V_ASN1_UTF8STRING (0 means that), V_ASN1_BMPSTRING, V_ASN1_T61STRING, … */
        const void *data;
        size_t len;
        bool same_rdn; /* joins the RDN of the attribute before it */
} PkiAttribute;

#define PKI_ATTRIBUTE(oid_, type_, literal)                                                        \
        ((PkiAttribute){ .oid = (oid_), .type = (type_), .data = (literal), .len = sizeof(literal) - 1 })

/* One subject alternative name. */
typedef struct PkiSan {
        int type; /* GEN_DNS, GEN_EMAIL, GEN_URI, GEN_IPADD (raw bytes), GEN_DIRNAME (data is a CN),
                     GEN_OTHERNAME (UTF8String under 1.3.6.1.4.1.311.20.2.3), GEN_RID (dotted text) */
        const void *data;
        size_t len;
} PkiSan;

#define PKI_SAN(type_, literal)                                                                    \
        ((PkiSan){ .type = (type_), .data = (literal), .len = sizeof(literal) - 1 })

/* An extension given by its raw content; an OID that stands already makes a duplicate. */
typedef struct PkiExtension {
        const char *oid;
        bool critical;
        const void *data;
        size_t len;
} PkiExtension;

typedef struct PkiCert {
        X509 *x509; /* of a certificate whose name OpenSSL refuses to read (invalid UTF-8 and the
                       like) a stand-in; its `der` and PEM are right, as an issuer it is not */
        EVP_PKEY *key;
        uint8_t *der;
        size_t der_len;
} PkiCert;

typedef struct PkiOptions {
        /* Subject: these as UTF8String (C as PrintableString) in the order C, O, OU, CN, and behind
         * them `attributes`. With neither the CN is "test"; `empty_subject` wants none at all. */
        const char *c, *o, *ou, *cn;
        const PkiAttribute *attributes;
        size_t n_attributes;
        bool empty_subject;

        const PkiCert *issuer;      /* NULL: self-signed */
        const PkiCert *issuer_name; /* its subject stands as the issuer, instead of the signer's */
        EVP_PKEY *sign_key;         /* signs instead of the issuer's key: a signature that is wrong */
        bool damage_signature;      /* flips a bit of the finished signature */

        const char *serial_hex;     /* NULL: a random one of 8 octets; "" is 0; "-1" is negative */
        PkiTime not_before, not_after;

        PkiKey key_kind;
        unsigned key_slot; /* 1…: the same kind and slot give the same key in this process. 0: a fresh
                              key; for RSA a cached one, one for authorities and one for the others */
        EVP_PKEY *key;     /* not NULL: this key (borrowed) */
        const char *digest; /* "SHA256" (NULL means that), "SHA1", "MD5", …; not for Ed25519 */

        bool ca;
        /* In OpenSSL's configuration syntax: "critical,digitalSignature", "serverAuth,clientAuth",
         * "critical,CA:TRUE,pathlen:0". NULL is the default, "" leaves the extension out. Defaults of
         * an authority: "critical,keyCertSign,cRLSign", none, "critical,CA:TRUE"; of others:
         * "critical,digitalSignature,keyEncipherment" (no keyEncipherment unless RSA), none, none. */
        const char *key_usage, *ext_key_usage, *basic_constraints;
        const PkiSan *sans;
        size_t n_sans;
        size_t n_filler_sans; /* behind those: "DNS:filler-0.example", "DNS:filler-1.example", … */
        bool no_key_ids;      /* neither subject nor authority key identifier */
        bool no_extensions;   /* none at all: a version 1 certificate */
        const PkiExtension *extensions;
        size_t n_extensions;
} PkiOptions;

/* Makes a certificate. Free it with pki_cert_done(). */
PkiCert pki_issue(const PkiOptions *o);
void pki_cert_done(PkiCert *c);
#define CLEANUP_PKI CLEANUP(pki_cert_done)

/*
 * The key of that kind and slot (1…), made on first use; borrowed, lives as long as the process.
 * Check forks for every test: call this in make_suite() for RSA keys, and all tests share them.
 */
EVP_PKEY *pki_key(PkiKey kind, unsigned slot);

/* Makes the RSA keys of slot 0 (authority and others) of a kind ahead of Check's forks. */
void pki_warm_up(PkiKey kind);

/* "p256", "p384", "p521", "ed25519", "rsa1024" … to the kind. Returns 0 or -EINVAL. */
int pki_key_from_string(const char *name, PkiKey *ret);

/* PEM texts, allocated: certificates one behind the other; the key, encrypted with a passphrase
 * that is not NULL (PKCS#8, AES-256). */
char *pki_certs_pem(const PkiCert *const *certs, size_t n);
char *pki_key_pem(const PkiCert *c, const char *passphrase);

/*
 * Files. All return 0 or -errno of what the file system said. Certificates get mode 0644, keys and
 * PKCS#12 mode 0600; an old file is replaced.
 */
int pki_write_file(const char *path, const void *data, size_t len, unsigned mode);
int pki_write_certs(const char *path, const PkiCert *const *certs, size_t n);
int pki_write_key(const char *path, const PkiCert *c, const char *passphrase);

/* `leaf` with its key (NULL: only the chain, a PKCS#12 trust store), under `label` (may be NULL). */
int pki_write_pkcs12(const char *path,
        const PkiCert *leaf,
        const PkiCert *const *chain,
        size_t n_chain,
        const char *password,
        const char *label);

/* A fresh directory for one test, and its removal with everything in it (frees `dir`, NULL is fine). */
char *pki_dir_new(void);
void pki_dir_remove(char *dir);
/* "DIR/NAME", allocated. */
char *pki_path(const char *dir, const char *name);

#endif
