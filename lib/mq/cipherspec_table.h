/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_CIPHERSPEC_TABLE_H
#define MQTLS_MQ_CIPHERSPEC_TABLE_H

/*
 * Every CipherSpec that IBM's documentation lists for IBM MQ 9.0 to 9.4 on AIX, Linux, Windows, IBM i
 * and z/OS ("Enabling CipherSpecs", "Deprecated CipherSpecs", "CipherSpec order in TLS handshake"),
 * one row each; and the aliases ("Relationship between alias CipherSpec settings").
 *
 * Columns: MQ's name, IANA's name, code point; OpenSSL's name, protocol, key exchange, type of the
 * certificate's key, encryption, bits; MAC of the suite, place in MQ's default order (0: not enabled
 * by default), what OpenSSL 3.0 as Debian 12 builds it can do with it (see CipherSpecSupport), FIPS
 * 140-2, platforms, status.
 *
 * - SSL 3.0 rows bear the SSL_ spelling of the IANA name: the same code point on TLS 1.0 is another
 *   CipherSpec.
 * - The MAC is the one of the suite. MQ's names of ECDHE_*_RC4, _3DES and _NULL end in SHA256 after
 *   the hash of TLS 1.2's PRF.
 * - "recalled" marks a fact that was not read in IBM's documentation.
 */

#define MQ_RECALLED " (recalled)"
#define MQ_UNKNOWN "not known"
#define MQ_ON_ALL "AIX, Linux, Windows, IBM i, z/OS"
#define MQ_ON_ALW "AIX, Linux, Windows"
#define MQ_ON_ALW_IBMI "AIX, Linux, Windows, IBM i"
#define MQ_ON_IBMI "IBM i"

#define MQ_ON_TLS13 "on by default since 9.2.0; on AIX, Linux and Windows since 9.1.4" MQ_RECALLED
#define MQ_ON_TLS12 "on by default in 9.0 to 9.4"
#define MQ_OFF(since) "off by default, deprecated since " since
#define MQ_OFF_SSL30(since) MQ_OFF(since) "; needs AllowSSLV3 as well"
#define MQ_OFF_TLS10 "deprecated since 9.0.5, from where on it needs AllowTLSV1" MQ_RECALLED

/* clang-format off */
#define CIPHERSPEC_TABLE(X)                                                                        \
        X("TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256", 0x1303,                  \
                "TLS_CHACHA20_POLY1305_SHA256", TLS13, "any", "any", "CHACHA20-POLY1305", 256,     \
                "AEAD", 1, SPOKEN, "no", MQ_ON_ALL,                                                \
                MQ_ON_TLS13)                                                                       \
        X("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", 0x1302,                              \
                "TLS_AES_256_GCM_SHA384", TLS13, "any", "any", "AES-GCM", 256,                     \
                "AEAD", 2, SPOKEN, "not known", MQ_ON_ALL,                                         \
                MQ_ON_TLS13)                                                                       \
        X("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", 0x1301,                              \
                "TLS_AES_128_GCM_SHA256", TLS13, "any", "any", "AES-GCM", 128,                     \
                "AEAD", 3, SPOKEN, "not known", MQ_ON_ALL,                                         \
                MQ_ON_TLS13)                                                                       \
        X("TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_SHA256", 0x1304,                              \
                "TLS_AES_128_CCM_SHA256", TLS13, "any", "any", "AES-CCM", 128,                     \
                "AEAD", 4, SPOKEN, "not known", MQ_ON_ALW,                                         \
                MQ_ON_TLS13)                                                                       \
        X("TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_8_SHA256", 0x1305,                          \
                "TLS_AES_128_CCM_8_SHA256", TLS13, "any", "any", "AES-CCM-8", 128,                 \
                "AEAD", 5, SPOKEN, "not known", MQ_ON_ALW,                                         \
                MQ_ON_TLS13)                                                                       \
        X("TLS_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384", 0x009D,            \
                "AES256-GCM-SHA384", TLS12, "RSA", "RSA", "AES-GCM", 256,                          \
                "AEAD", 6, SPOKEN, "yes", MQ_ON_ALL,                                               \
                MQ_ON_TLS12)                                                                       \
        X("ECDHE_ECDSA_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xC02C,     \
                "ECDHE-ECDSA-AES256-GCM-SHA384", TLS12, "ECDHE", "ECDSA", "AES-GCM", 256,          \
                "AEAD", 7, SPOKEN, "yes", MQ_ON_ALW_IBMI,                                          \
                MQ_ON_TLS12)                                                                       \
        X("ECDHE_RSA_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0xC030,         \
                "ECDHE-RSA-AES256-GCM-SHA384", TLS12, "ECDHE", "RSA", "AES-GCM", 256,              \
                "AEAD", 8, SPOKEN, "yes", MQ_ON_ALL,                                               \
                MQ_ON_TLS12)                                                                       \
        X("TLS_RSA_WITH_AES_256_CBC_SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256", 0x003D,            \
                "AES256-SHA256", TLS12, "RSA", "RSA", "AES-CBC", 256,                              \
                "SHA256", 9, SPOKEN, "yes", MQ_ON_ALL,                                             \
                MQ_ON_TLS12)                                                                       \
        X("ECDHE_ECDSA_AES_256_CBC_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", 0xC024,     \
                "ECDHE-ECDSA-AES256-SHA384", TLS12, "ECDHE", "ECDSA", "AES-CBC", 256,              \
                "SHA384", 10, SPOKEN, "yes", MQ_ON_ALL,                                            \
                MQ_ON_TLS12)                                                                       \
        X("ECDHE_RSA_AES_256_CBC_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", 0xC028,         \
                "ECDHE-RSA-AES256-SHA384", TLS12, "ECDHE", "RSA", "AES-CBC", 256,                  \
                "SHA384", 11, SPOKEN, "yes", MQ_ON_ALL,                                            \
                MQ_ON_TLS12)                                                                       \
        X("TLS_RSA_WITH_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_GCM_SHA256", 0x009C,            \
                "AES128-GCM-SHA256", TLS12, "RSA", "RSA", "AES-GCM", 128,                          \
                "AEAD", 12, SPOKEN, "yes", MQ_ON_ALL,                                              \
                MQ_ON_TLS12)                                                                       \
        X("ECDHE_ECDSA_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xC02B,     \
                "ECDHE-ECDSA-AES128-GCM-SHA256", TLS12, "ECDHE", "ECDSA", "AES-GCM", 128,          \
                "AEAD", 13, SPOKEN, "yes", MQ_ON_ALW_IBMI,                                         \
                MQ_ON_TLS12)                                                                       \
        X("ECDHE_RSA_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xC02F,         \
                "ECDHE-RSA-AES128-GCM-SHA256", TLS12, "ECDHE", "RSA", "AES-GCM", 128,              \
                "AEAD", 14, SPOKEN, "yes", MQ_ON_ALL,                                              \
                MQ_ON_TLS12)                                                                       \
        X("TLS_RSA_WITH_AES_128_CBC_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA256", 0x003C,            \
                "AES128-SHA256", TLS12, "RSA", "RSA", "AES-CBC", 128,                              \
                "SHA256", 15, SPOKEN, "yes", MQ_ON_ALL,                                            \
                MQ_ON_TLS12)                                                                       \
        X("ECDHE_ECDSA_AES_128_CBC_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", 0xC023,     \
                "ECDHE-ECDSA-AES128-SHA256", TLS12, "ECDHE", "ECDSA", "AES-CBC", 128,              \
                "SHA256", 16, SPOKEN, "yes", MQ_ON_ALL,                                            \
                MQ_ON_TLS12)                                                                       \
        X("ECDHE_RSA_AES_128_CBC_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", 0xC027,         \
                "ECDHE-RSA-AES128-SHA256", TLS12, "ECDHE", "RSA", "AES-CBC", 128,                  \
                "SHA256", 17, SPOKEN, "yes", MQ_ON_ALL,                                            \
                MQ_ON_TLS12)                                                                       \
        X("ECDHE_ECDSA_3DES_EDE_CBC_SHA256", "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA", 0xC008,      \
                "ECDHE-ECDSA-DES-CBC3-SHA", TLS12, "ECDHE", "ECDSA", "3DES-CBC", 168,              \
                "SHA1", 0, NOT_COMPILED, "yes", MQ_ON_ALL MQ_RECALLED,                             \
                MQ_OFF("9.0.0.1 and 9.0.1" MQ_RECALLED))                                           \
        X("ECDHE_RSA_3DES_EDE_CBC_SHA256", "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA", 0xC012,          \
                "ECDHE-RSA-DES-CBC3-SHA", TLS12, "ECDHE", "RSA", "3DES-CBC", 168,                  \
                "SHA1", 0, NOT_COMPILED, "yes", MQ_ON_ALL MQ_RECALLED,                             \
                MQ_OFF("9.0.0.1 and 9.0.1" MQ_RECALLED))                                           \
        X("ECDHE_ECDSA_RC4_128_SHA256", "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA", 0xC007,                \
                "ECDHE-ECDSA-RC4-SHA", TLS12, "ECDHE", "ECDSA", "RC4", 128,                        \
                "SHA1", 0, NOT_COMPILED, "no", MQ_ON_ALL MQ_RECALLED,                              \
                MQ_OFF("9.0.0.0" MQ_RECALLED))                                                     \
        X("ECDHE_RSA_RC4_128_SHA256", "TLS_ECDHE_RSA_WITH_RC4_128_SHA", 0xC011,                    \
                "ECDHE-RSA-RC4-SHA", TLS12, "ECDHE", "RSA", "RC4", 128,                            \
                "SHA1", 0, NOT_COMPILED, "no", MQ_ON_ALL MQ_RECALLED,                              \
                MQ_OFF("9.0.0.0" MQ_RECALLED))                                                     \
        X("ECDHE_ECDSA_NULL_SHA256", "TLS_ECDHE_ECDSA_WITH_NULL_SHA", 0xC006,                      \
                "ECDHE-ECDSA-NULL-SHA", TLS12, "ECDHE", "ECDSA", "NULL", 0,                        \
                "SHA1", 0, SPOKEN, "no", MQ_UNKNOWN,                                               \
                MQ_OFF("9.0.0.1"))                                                                 \
        X("ECDHE_RSA_NULL_SHA256", "TLS_ECDHE_RSA_WITH_NULL_SHA", 0xC010,                          \
                "ECDHE-RSA-NULL-SHA", TLS12, "ECDHE", "RSA", "NULL", 0,                            \
                "SHA1", 0, SPOKEN, "no", MQ_UNKNOWN,                                               \
                MQ_OFF("9.0.0.1" MQ_RECALLED))                                                     \
        X("TLS_RSA_WITH_NULL_SHA256", "TLS_RSA_WITH_NULL_SHA256", 0x003B,                          \
                "NULL-SHA256", TLS12, "RSA", "RSA", "NULL", 0,                                     \
                "SHA256", 0, SPOKEN, "no", MQ_ON_ALL MQ_RECALLED,                                  \
                MQ_OFF("9.0.0.1" MQ_RECALLED))                                                     \
        X("TLS_RSA_WITH_NULL_NULL", "TLS_NULL_WITH_NULL_NULL", 0x0000,                             \
                NULL, TLS12, "none", "none", "NULL", 0,                                            \
                "NULL", 0, NO_NAME, "no", MQ_ON_ALW MQ_RECALLED,                                   \
                MQ_OFF("9.0.0.1" MQ_RECALLED))                                                     \
        X("TLS_RSA_WITH_RC4_128_SHA256", "TLS_RSA_WITH_RC4_128_SHA", 0x0005,                       \
                "RC4-SHA", TLS12, "RSA", "RSA", "RC4", 128,                                        \
                "SHA1", 0, NOT_COMPILED, "no", MQ_ON_ALL MQ_RECALLED,                              \
                MQ_OFF("9.0.0.0" MQ_RECALLED))                                                     \
        X("TLS_RSA_WITH_AES_128_CBC_SHA", "TLS_RSA_WITH_AES_128_CBC_SHA", 0x002F,                  \
                "AES128-SHA", TLS10, "RSA", "RSA", "AES-CBC", 128,                                 \
                "SHA1", 0, SPOKEN, "yes", MQ_ON_ALL MQ_RECALLED,                                   \
                MQ_OFF_TLS10)                                                                      \
        X("TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA", 0x0035,                  \
                "AES256-SHA", TLS10, "RSA", "RSA", "AES-CBC", 256,                                 \
                "SHA1", 0, SPOKEN, "yes", MQ_ON_ALL MQ_RECALLED,                                   \
                MQ_OFF_TLS10)                                                                      \
        X("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_3DES_EDE_CBC_SHA", 0x000A,                \
                "DES-CBC3-SHA", TLS10, "RSA", "RSA", "3DES-CBC", 168,                              \
                "SHA1", 0, NOT_COMPILED, "yes", MQ_ON_ALL,                                         \
                MQ_OFF("9.0.0.1 and 9.0.1"))                                                       \
        X("TLS_RSA_WITH_DES_CBC_SHA", "TLS_RSA_WITH_DES_CBC_SHA", 0x0009,                          \
                "DES-CBC-SHA", TLS10, "RSA", "RSA", "DES-CBC", 56,                                 \
                "SHA1", 0, NOT_COMPILED, "no", MQ_ON_ALL,                                          \
                MQ_OFF("9.0.0.0"))                                                                 \
        X("TLS_RSA_WITH_NULL_MD5", "TLS_RSA_WITH_NULL_MD5", 0x0001,                                \
                "NULL-MD5", TLS10, "RSA", "RSA", "NULL", 0,                                        \
                "MD5", 0, SPOKEN, "no", MQ_ON_IBMI,                                                \
                MQ_OFF("9.0.0.1"))                                                                 \
        X("TLS_RSA_WITH_NULL_SHA", "TLS_RSA_WITH_NULL_SHA", 0x0002,                                \
                "NULL-SHA", TLS10, "RSA", "RSA", "NULL", 0,                                        \
                "SHA1", 0, SPOKEN, "no", MQ_ON_IBMI,                                               \
                MQ_OFF("9.0.0.1"))                                                                 \
        X("TLS_RSA_WITH_RC4_128_MD5", "TLS_RSA_WITH_RC4_128_MD5", 0x0004,                          \
                "RC4-MD5", TLS10, "RSA", "RSA", "RC4", 128,                                        \
                "MD5", 0, NOT_COMPILED, "no", MQ_ON_IBMI,                                          \
                MQ_OFF("9.0.0.0"))                                                                 \
        X("TLS_RSA_EXPORT_WITH_RC2_40_MD5", "TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5", 0x0006,          \
                "EXP-RC2-CBC-MD5", TLS10, "RSA", "RSA", "RC2-CBC", 40,                             \
                "MD5", 0, NOT_COMPILED, "no", MQ_ON_IBMI,                                          \
                MQ_OFF("9.0.0.0"))                                                                 \
        X("TLS_RSA_EXPORT_WITH_RC4_40_MD5", "TLS_RSA_EXPORT_WITH_RC4_40_MD5", 0x0003,              \
                "EXP-RC4-MD5", TLS10, "RSA", "RSA", "RC4", 40,                                     \
                "MD5", 0, NOT_COMPILED, "no", MQ_ON_IBMI,                                          \
                MQ_OFF("9.0.0.0"))                                                                 \
        X("AES_SHA_US", "SSL_RSA_WITH_AES_128_CBC_SHA", 0x002F,                                    \
                "AES128-SHA", SSL30, "RSA", "RSA", "AES-CBC", 128,                                 \
                "SHA1", 0, NO_PROTOCOL, "no", MQ_ON_IBMI,                                          \
                MQ_OFF_SSL30("9.0.0.0"))                                                           \
        X("DES_SHA_EXPORT", "SSL_RSA_WITH_DES_CBC_SHA", 0x0009,                                    \
                "DES-CBC-SHA", SSL30, "RSA", "RSA", "DES-CBC", 56,                                 \
                "SHA1", 0, NOT_COMPILED, "no", MQ_ON_ALL,                                          \
                MQ_OFF_SSL30("9.0.0.0"))                                                           \
        X("DES_SHA_EXPORT1024", "SSL_RSA_EXPORT1024_WITH_DES_CBC_SHA", 0x0062,                     \
                "EXP1024-DES-CBC-SHA", SSL30, "RSA", "RSA", "DES-CBC", 56,                         \
                "SHA1", 0, NOT_COMPILED, "no", MQ_ON_ALW,                                          \
                MQ_OFF_SSL30("9.0.0.0"))                                                           \
        X("FIPS_WITH_DES_CBC_SHA", "SSL_RSA_FIPS_WITH_DES_CBC_SHA", 0xFEFE,                        \
                NULL, SSL30, "RSA", "RSA", "DES-CBC", 56,                                          \
                "SHA1", 0, NO_NAME, "no", MQ_ON_ALW,                                               \
                MQ_OFF_SSL30("9.0.0.0"))                                                           \
        X("FIPS_WITH_3DES_EDE_CBC_SHA", "SSL_RSA_FIPS_WITH_3DES_EDE_CBC_SHA", 0xFEFF,              \
                NULL, SSL30, "RSA", "RSA", "3DES-CBC", 168,                                        \
                "SHA1", 0, NO_NAME, "no", MQ_ON_ALW,                                               \
                MQ_OFF_SSL30("9.0.0.1 and 9.0.1"))                                                 \
        X("NULL_MD5", "SSL_RSA_WITH_NULL_MD5", 0x0001,                                             \
                "NULL-MD5", SSL30, "RSA", "RSA", "NULL", 0,                                        \
                "MD5", 0, NO_PROTOCOL, "no", MQ_ON_ALL,                                            \
                MQ_OFF_SSL30("9.0.0.1"))                                                           \
        X("NULL_SHA", "SSL_RSA_WITH_NULL_SHA", 0x0002,                                             \
                "NULL-SHA", SSL30, "RSA", "RSA", "NULL", 0,                                        \
                "SHA1", 0, NO_PROTOCOL, "no", MQ_ON_ALL,                                           \
                MQ_OFF_SSL30("9.0.0.1"))                                                           \
        X("RC2_MD5_EXPORT", "SSL_RSA_EXPORT_WITH_RC2_CBC_40_MD5", 0x0006,                          \
                "EXP-RC2-CBC-MD5", SSL30, "RSA", "RSA", "RC2-CBC", 40,                             \
                "MD5", 0, NOT_COMPILED, "no", MQ_ON_ALL,                                           \
                MQ_OFF_SSL30("9.0.0.0"))                                                           \
        X("RC4_MD5_EXPORT", "SSL_RSA_EXPORT_WITH_RC4_40_MD5", 0x0003,                              \
                "EXP-RC4-MD5", SSL30, "RSA", "RSA", "RC4", 40,                                     \
                "MD5", 0, NOT_COMPILED, "no", MQ_ON_ALL,                                           \
                MQ_OFF_SSL30("9.0.0.0"))                                                           \
        X("RC4_MD5_US", "SSL_RSA_WITH_RC4_128_MD5", 0x0004,                                        \
                "RC4-MD5", SSL30, "RSA", "RSA", "RC4", 128,                                        \
                "MD5", 0, NOT_COMPILED, "no", MQ_ON_ALL,                                           \
                MQ_OFF_SSL30("9.0.0.0"))                                                           \
        X("RC4_SHA_US", "SSL_RSA_WITH_RC4_128_SHA", 0x0005,                                        \
                "RC4-SHA", SSL30, "RSA", "RSA", "RC4", 128,                                        \
                "SHA1", 0, NOT_COMPILED, "no", MQ_ON_ALL,                                          \
                MQ_OFF_SSL30("9.0.0.0"))                                                           \
        X("RC4_56_SHA_EXPORT1024", "SSL_RSA_EXPORT1024_WITH_RC4_56_SHA", 0x0064,                   \
                "EXP1024-RC4-SHA", SSL30, "RSA", "RSA", "RC4", 56,                                 \
                "SHA1", 0, NOT_COMPILED, "no", MQ_ON_ALW,                                          \
                MQ_OFF_SSL30("9.0.0.0"))                                                           \
        X("TRIPLE_DES_SHA_US", "SSL_RSA_WITH_3DES_EDE_CBC_SHA", 0x000A,                            \
                "DES-CBC3-SHA", SSL30, "RSA", "RSA", "3DES-CBC", 168,                              \
                "SHA1", 0, NOT_COMPILED, "no", MQ_ON_ALL,                                          \
                MQ_OFF_SSL30("9.0.0.1 and 9.0.1"))

/*
 * Columns: kind (SSLCIPH_*), MQ's name, the spelling of JMS and Java, the oldest and the newest
 * protocol that it admits, and the oldest that a partner offers with it. ANY has no lower bound but
 * the protocols that the queue manager has switched on; by default the oldest of those is TLS 1.2.
 */
#define SSLCIPH_ALIAS_TABLE(X)                                                                     \
        X(ANY, "ANY", "*ANY", SSL30, ANY_LATER, TLS12)                                             \
        X(ANY_TLS12, "ANY_TLS12", "*TLS12", TLS12, TLS12, TLS12)                                   \
        X(ANY_TLS12_OR_HIGHER, "ANY_TLS12_OR_HIGHER", "*TLS12ORHIGHER", TLS12, ANY_LATER, TLS12)   \
        X(ANY_TLS13, "ANY_TLS13", "*TLS13", TLS13, TLS13, TLS13)                                   \
        X(ANY_TLS13_OR_HIGHER, "ANY_TLS13_OR_HIGHER", "*TLS13ORHIGHER", TLS13, ANY_LATER, TLS13)
/* clang-format on */

#endif
