/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MQ_MQSTATUS_TABLE_H
#define MQTLS_MQ_MQSTATUS_TABLE_H

/*
 * Return codes of a STATUS segment:
 *
 *   X(code, name, phrase, what the calling side prints, what the queue manager logs, MQRC, certainty)
 *
 * The names are those of Wireshark's dissector, which has none, or several, for 0x08..0x0F.
 * Certainty: "seen" (the bytes or the message pair in a capture or log), "used" (a public tool relies
 * on the code), "dissector" (the name comes from there, the message by the name), "guess". Codes
 * without a row have no known meaning: the number is told and no name is made up.
 */
#define MQSTATUS_TABLE(X)                                                                          \
        X(0x01, "NO_CHANNEL", "the channel is not defined there", "AMQ9520E",                      \
                "AMQ9519E", "2540", "seen")                                                        \
        X(0x02, "CHANNEL_WRONG_TYPE", "the channel is of another type", "AMQ9547E",                \
                "AMQ9502E", "2539", "used")                                                        \
        X(0x03, "QM_UNAVAILABLE", "the queue manager is not available", "AMQ9524E", "",            \
                "2059", "dissector")                                                               \
        X(0x04, "MSG_SEQUENCE_ERROR", "the message sequence numbers differ", "AMQ9526E",           \
                "AMQ9526E", "", "dissector")                                                       \
        X(0x05, "QM_TERMINATING", "the queue manager is ending", "AMQ9525E", "AMQ9542E",           \
                "2161", "dissector")                                                               \
        X(0x06, "CAN_NOT_STORE", "it cannot store messages", "AMQ9527E", "", "", "dissector")      \
        X(0x07, "USER_CLOSED", "the channel was closed on request", "AMQ9528I", "AMQ9528I", "",    \
                "dissector")                                                                       \
        X(0x08, "TIMEOUT_EXPIRED", "the disconnect interval expired", "AMQ9545I", "", "",          \
                "guess")                                                                           \
        X(0x09, "TARGET_QUEUE_UNKNOWN", "the target queue is not known there", "AMQ9529E", "", "", \
                "guess")                                                                           \
        X(0x0A, "PROTOCOL_SEGMENT_TYPE", "it found an error in the protocol (segment type)",       \
                "AMQ9523E", "AMQ9504E", "2195; 2009", "dissector")                                 \
        X(0x0B, "PROTOCOL_LENGTH", "it found an error in the protocol (length)", "AMQ9523E",       \
                "AMQ9504E", "2195; 2009", "dissector")                                             \
        X(0x0C, "PROTOCOL_DATA", "it found an error in the protocol (data)", "AMQ9523E",           \
                "AMQ9504E", "2195; 2009", "dissector")                                             \
        X(0x0D, "PROTOCOL_UNEXPECTED", "it found an error in the protocol (segment not expected)", \
                "AMQ9523E", "AMQ9504E", "2195; 2009", "dissector")                                 \
        X(0x0E, "PROTOCOL_ID", "it found an error in the protocol (ID structure)", "AMQ9523E",     \
                "AMQ9504E", "2195; 2009", "dissector")                                             \
        X(0x0F, "PROTOCOL_MSH", "it found an error in the protocol (message header)", "AMQ9523E",  \
                "AMQ9504E", "2195; 2009", "dissector")                                             \
        X(0x10, "PROTOCOL_GENERAL", "it found an error in the protocol", "AMQ9523E", "AMQ9504E",   \
                "2195; 2009", "dissector")                                                         \
        X(0x11, "BATCH_FAILURE", "it could not complete the batch", "AMQ9506E", "", "",            \
                "dissector")                                                                       \
        X(0x12, "MESSAGE_LENGTH_ERROR", "it found an error in a message's length", "AMQ9523E", "", \
                "", "dissector")                                                                   \
        X(0x13, "SEGMENT_NUMBER_ERROR", "it found an error in a segment's number", "AMQ9523E", "", \
                "", "dissector")                                                                   \
        X(0x14, "SECURITY_FAILURE", "security refused the channel", "", "AMQ9777E", "2035; 2063",  \
                "guess")                                                                           \
        X(0x15, "WRAP_VALUE_ERROR", "the sequence wrap values differ", "AMQ9505E", "AMQ9505E",     \
                "", "dissector")                                                                   \
        X(0x16, "CHANNEL_UNAVAILABLE",                                                             \
                "the channel is stopped, in use, or at its instance limit", "AMQ9558E",            \
                "AMQ9514E; AMQ9534E; AMQ9513E", "2537", "dissector")                               \
        X(0x17, "CLOSED_BY_EXIT", "an exit ended the channel", "AMQ9496E; AMQ9536E",               \
                "AMQ9536E", "2537", "dissector")                                                   \
        X(0x18, "CIPHER_SPEC",                                                                     \
                "the channel's SSLCIPH does not admit what the handshake agreed on", "AMQ9641E",   \
                "AMQ9631E; AMQ9639E", "2393; 2397 in Java", "used")                                \
        X(0x19, "PEER_NAME", "the channel's SSLPEER does not match our certificate",               \
                "AMQ9643E", "AMQ9636E", "2399; 2393", "dissector")                                 \
        X(0x1A, "SSL_CLIENT_CERTIFICATE", "the channel wants a client certificate", "AMQ9642E",    \
                "AMQ9637E", "2393", "seen")                                                        \
        X(0x1B, "RMT_RSRCS_IN_RECOVERY", "its resources are in recovery", "", "", "",              \
                "dissector")                                                                       \
        X(0x1C, "SSL_REFRESHING", "REFRESH SECURITY TYPE(SSL) is running there", "", "", "",       \
                "dissector")                                                                       \
        X(0x1D, "INVALID_HOBJ", "it does not know the object handle", "", "", "", "dissector")     \
        X(0x1E, "CONV_ID_ERROR", "it does not know the conversation", "", "", "", "dissector")     \
        X(0x1F, "SOCKET_ACTION_TYPE", "it does not know the socket action", "", "", "",            \
                "dissector")                                                                       \
        X(0x20, "STANDBY_Q_MGR", "the queue manager is a standby", "", "", "2543", "dissector")    \
        X(0x24, "PASSWORD_PROTECTION", "no common password protection algorithm", "", "",          \
                "2594", "used")                                                                    \
        X(0x25, "CONNECTION_LIMIT", "the connection limit is reached", "", "", "2025", "used")     \
        X(0x26, "KEY_RESET_COUNT", "it does not take our key reset count", "", "", "", "used")     \
        X(0x27, "LUWID_MISMATCH", "the units of work do not match", "", "", "", "used")            \
        X(0x28, "CERTIFICATE_NOT_SELECTED",                                                        \
                "the channel has its own certificate and did not see the channel's SNI", "",       \
                "AMQ9673E", "2393", "used")                                                        \
        X(0xF0, "CCSID_NOT_SUPPORTED", "it does not support our code page", "AMQ9541E", "",        \
                "2539", "dissector")                                                               \
        X(0xF1, "ENCODING_INVALID", "it does not take our number format", "", "", "2539",          \
                "dissector")                                                                       \
        X(0xF2, "FAP_LEVEL", "it does not speak our protocol level", "", "", "2539", "dissector")  \
        X(0xF3, "NEGOTIATION_FAILED", "the channel negotiation failed", "AMQ9503E", "AMQ9503E",    \
                "2539", "dissector")                                                               \
        X(0xFF, "COMMIT_INTERVAL", "it does not take our commit interval", "", "", "", "used")

#endif
