/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_CCDT_KEY_TABLE_H
#define MQTLS_MODEL_CCDT_KEY_TABLE_H

/*
 * The keys of a JSON CCDT in the objects that are read (IBM MQ, "Channel attributes supported by the
 * JSON CCDT"); others are warned about, because MQ ignores them without a word. What is inside
 * compression, connectionManagement, exits and timestamps is not looked at.
 * X(object, key)
 */

#define CCDT_KEY_TABLE(X)                                                                          \
        X(ROOT, "channel")                                                                         \
        X(CHANNEL, "clientConnection")                                                             \
        X(CHANNEL, "compression")                                                                  \
        X(CHANNEL, "connectionManagement")                                                         \
        X(CHANNEL, "exits")                                                                        \
        X(CHANNEL, "general")                                                                      \
        X(CHANNEL, "name")                                                                         \
        X(CHANNEL, "timestamps")                                                                   \
        X(CHANNEL, "transmissionSecurity")                                                         \
        X(CHANNEL, "type")                                                                         \
        X(CLIENT_CONNECTION, "connection")                                                         \
        X(CLIENT_CONNECTION, "queueManager")                                                       \
        X(CONNECTION, "host")                                                                      \
        X(CONNECTION, "port")                                                                      \
        X(GENERAL, "description")                                                                  \
        X(GENERAL, "maximumMessageLength")                                                         \
        X(TRANSMISSION_SECURITY, "certificateLabel")                                               \
        X(TRANSMISSION_SECURITY, "certificatePeerName")                                            \
        X(TRANSMISSION_SECURITY, "cipherSpecification")

#endif
