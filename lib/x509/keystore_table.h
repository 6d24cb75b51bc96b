/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_X509_KEYSTORE_TABLE_H
#define MQTLS_X509_KEYSTORE_TABLE_H

/*
 * What people can name about key repositories: the kinds of file, and what is found about the
 * certificate that a queue manager serves from one.
 */

/* X(ID, name, what it is) */
#define KEYSTORE_KIND_TABLE(X)                                                                     \
        X(PEM, "pem", "PEM certificates")                                                          \
        X(DER, "der", "one certificate in DER")                                                    \
        X(PKCS12, "pkcs12", "PKCS#12 file")                                                        \
        X(CMS, "cms", "CMS key database")                                                          \
        X(JKS, "jks", "Java key store (JKS)")                                                      \
        X(JCEKS, "jceks", "Java key store (JCEKS)")

/* X(ID, name): the one that stops traffic soonest first. */
#define KEYSTORE_FINDING_TABLE(X)                                                                  \
        X(LABEL_MISSING, "label_missing")                                                          \
        X(PRIVATE_KEY_MISSING, "private_key_missing")                                              \
        X(CERT_UNREADABLE, "cert_unreadable")                                                      \
        X(CERT_EXPIRED, "cert_expired")                                                            \
        X(CERT_NOT_YET_VALID, "cert_not_yet_valid")                                                \
        X(SIGNER_EXPIRED, "signer_expired")                                                        \
        X(SIGNER_MISSING, "signer_missing")                                                        \
        X(LABEL_TWICE, "label_twice")

#endif
