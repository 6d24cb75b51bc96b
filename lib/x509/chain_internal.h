/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_CHAIN_INTERNAL_H
#define MQTLS_X509_CHAIN_INTERNAL_H

/* What chain.c, chain_verify.c and credential.c share. Holds OpenSSL's types. */

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "x509/chain.h"

enum {
        /* Signature checks spent on telling apart issuers of one name, for each inspection. */
        CHAIN_SIGNATURES_MAX = 32,
};

/*
 * Judges `c` by the trust store: `x509[i]` is the parsed form of `c->certs[i]`, NULL where it could
 * not be parsed. Fills errors, error_text, verified, the verified date and missing_issuer.
 * Returns 0 or -ENOMEM.
 */
int chain_verify(ChainFacts *c, X509 *const *x509, const TrustStore *trust, int64_t at);

/*
 * Does the signature of `x` verify with the key of `issuer`? Signatures cost time and a stranger says how
 * many there are: once `*signatures_left` is used up, the answer is no.
 */
bool chain_is_signed_by(unsigned *signatures_left, X509 *x, X509 *issuer);

/* The facts of a certificate that is parsed already. Returns 0 or -ENOMEM. */
int chain_cert_facts(X509 *x, CertFacts *ret);

/* For X509_STORE_set_check_issued(): lets chain_verify() pick among issuers of the same name. */
int chain_check_issued(X509_STORE_CTX *context, X509 *x, X509 *issuer);

#endif
