/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_MQSC_ATTRIBUTE_TABLE_H
#define MQTLS_MODEL_MQSC_ATTRIBUTE_TABLE_H

/*
 * The attributes of a channel that are read, one row each: X(identifier, keyword, longest value in
 * bytes). MQ counts characters (MQ_CHANNEL_DESC_LENGTH and its like); in UTF-8 one can be four bytes.
 */

#define MQSC_ATTRIBUTE_TABLE(X)                                                                    \
        X(CHLTYPE, "CHLTYPE", 16)                                                                  \
        X(TRPTYPE, "TRPTYPE", 16)                                                                  \
        X(CONNAME, "CONNAME", 264)                                                                 \
        X(SSLCIPH, "SSLCIPH", 32)                                                                  \
        X(SSLPEER, "SSLPEER", 4096)                                                                \
        X(SSLCAUTH, "SSLCAUTH", 16)                                                                \
        X(CERTLABL, "CERTLABL", 256)                                                               \
        X(DESCR, "DESCR", 256)                                                                     \
        X(QMNAME, "QMNAME", 48)   /* of a CLNTCONN: who answers */                                 \
        X(RQMNAME, "RQMNAME", 48) /* of a status: who answered */

#endif
