/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_DRIFT_TABLE_H
#define MQTLS_JUDGE_DRIFT_TABLE_H

/*
 * What can change behind an endpoint, and what the ledger says about it. The names are a contract:
 * they are the `kind` of mqtls_drift, of the ledger and of --accept, and stand in the database.
 */

/*
 *   X(ID, name, of_cert, of_offer,
 *           meaning, what breaks on it, remedy)
 *
 * of_cert: follows from the certificates sent, so it changes together with the leaf.
 * of_offer: is the answer to what we offer, so it starts anew when our own configuration changes.
 */
#define DRIFT_KIND_TABLE(X)                                                                        \
        X(PROTOCOL, "protocol", false, true,                                                       \
                "Another version of TLS is agreed on.",                                            \
                "Partners whose SSLCIPH names a CipherSpec of the old version only, and clients "  \
                "too old for the new one (AMQ9631E, MQRC 2393). A lower version is a step back "   \
                "that somebody should have announced.",                                            \
                "Compare SSLCIPH of the channel (DISPLAY CHANNEL(name) SSLCIPH) and AllowTLSV13 "  \
                "in the SSL stanza of qm.ini with what was agreed; then accept it or have it put " \
                "back.")                                                                           \
        X(CIPHER, "cipher", false, true,                                                           \
                "Another cipher suite is chosen from the same offer.",                             \
                "Partners whose SSLCIPH names the old CipherSpec alone: both sides have to name "  \
                "the same one, or an alias that holds both (AMQ9631E).",                           \
                "Compare SSLCIPH of the channel with that of its partners. If the change is "      \
                "wanted, tell the partners, then accept it.")                                      \
        X(GROUP, "group", false, true,                                                             \
                "The key exchange uses another group (curve).",                                    \
                "Clients and security policies with a fixed list of curves, such as Java "         \
                "providers with jdk.tls.namedGroups or FIPS profiles.",                            \
                "Usually follows an upgrade of MQ or GSKit. Check that it was planned, then "      \
                "accept it.")                                                                      \
        X(SIGNATURE, "signature", false, true,                                                     \
                "The listener signs its handshake with another algorithm.",                        \
                "Partners that do not know the new algorithm, or whose policy forbids it.",        \
                "Follows the type of the key: look for a change of kind key as well. Without one " \
                "it is an upgrade or a policy of the listener; check that it was planned.")        \
        X(LEAF, "leaf", true, false,                                                               \
                "The listener's own certificate is another one; as drift, more than its dates, "   \
                "serial and key changed.",                                                         \
                "Partners that imported this very certificate instead of its authority, CHLAUTH "  \
                "and SSLPEER filters on SERIALNUMBER, and whatever the other changes of this "     \
                "moment break.",                                                                   \
                "Read the changes of the other kinds that came with it. Compare with the "         \
                "certificate that was ordered (runmqakm -cert -details, or DISPLAY QMGR "          \
                "CERTLABL), then accept it, or restore the label and issue REFRESH SECURITY "      \
                "TYPE(SSL).")                                                                      \
        X(KEY, "key", true, false,                                                                 \
                "The public key changed, outside of a rotation or in type or size.",               \
                "A change from RSA to EC breaks CipherSpecs TLS_RSA_* and ECDHE_RSA_*, EC to RSA " \
                "breaks ECDHE_ECDSA_*; a shorter RSA key fails MinimumRSAKeySize; partners that "  \
                "pin the key refuse every new one.",                                               \
                "Check SSLCIPH on both sides against the type of the key (an alias such as "       \
                "ANY_TLS12_OR_HIGHER takes both), then accept it.")                                \
        X(SUBJECT, "subject", true, false,                                                         \
                "The name in the listener's certificate changed.",                                 \
                "SSLPEER of the partners' channels matches attributes of this name, OU by OU in "  \
                "order (AMQ9636E at the partner). Where this queue manager dials out with the "    \
                "same certificate, so do the partners' CHLAUTH rules TYPE(SSLPEERMAP).",           \
                "Compare both names attribute by attribute with every partner's SSLPEER and "      \
                "SSLPEERMAP. Have them add the new name before the old one goes; then accept it.") \
        X(ISSUER, "issuer", true, false,                                                           \
                "Another authority signed the listener's certificate.",                            \
                "Partners whose key repository lacks the new authority (AMQ9633E, MQRC 2393), "    \
                "and their CHLAUTH rules TYPE(SSLPEERMAP) with SSLCERTI where this queue manager " \
                "dials out with the same certificate.",                                            \
                "Give the new authority's certificates to every partner, correct SSLCERTI where "  \
                "it is set, refresh their security, then accept it.")                              \
        X(SAN, "san", true, false,                                                                 \
                "The subject alternative names changed.",                                          \
                "Clients in Java and .NET that check the host name of the listener, and TLS "      \
                "proxies. Queue managers and C clients do not look at them.",                      \
                "Check that every host name of CONNAME that such clients use is still in the "     \
                "list, then accept it.")                                                           \
        X(CHAIN, "chain", true, false,                                                             \
                "The certificates sent beside the listener's own are others.",                     \
                "Partners that hold only the root need the intermediates to be sent "              \
                "(AMQ9633E); partners that hold the old intermediate alone refuse a new one.",     \
                "Check that the whole chain is in the listener's key repository and that the "     \
                "partners hold its root, then accept it.")                                         \
        X(CLIENT_AUTH, "client_auth", false, true,                                                 \
                "The listener asks for a client certificate or insists on one, other than before.", \
                "With REQUIRED, partners without a personal certificate (AMQ9637E). With "         \
                "OPTIONAL, the channel lets strangers in that were kept out until now.",           \
                "Compare SSLCAUTH and SSLPEER of the channel (DISPLAY CHANNEL(name) SSLCAUTH "     \
                "SSLPEER) with what was agreed on, then accept it or have it put back.")           \
        X(ADDRESSES, "addresses", false, false,                                                    \
                "The endpoint's names resolve to other addresses, or its addresses serve "         \
                "different certificates.",                                                         \
                "Firewalls and CHLAUTH rules TYPE(ADDRESSMAP) that name the old addresses; with "  \
                "different certificates, connections that fail on some addresses only.",           \
                "Compare the DNS with the plan of the network. Where certificates differ, renew "  \
                "those that were left out and issue REFRESH SECURITY TYPE(SSL) there.")            \
        X(MQ, "mq", false, false,                                                                  \
                "Another queue manager, or another version of it, answers.",                       \
                "Messages that end in the wrong queue manager; clients that name the queue "       \
                "manager they expect (MQRC 2058).",                                                \
                "Another name: check CONNAME, the DNS and the load balancer before anything "      \
                "else. Another version: check that the upgrade was planned, then accept it.")

/*
 * What an entry of the ledger says about a kind.
 *
 *   X(ID, name, is_alarm, meaning, remedy)
 *
 * remedy: NULL where it is that of the kind, or there is nothing to be done.
 */
#define DRIFT_EVENT_TABLE(X)                                                                       \
        X(DRIFT, "drift", true, "It differs from the baseline, until that is accepted or the old " \
                "value is back.", NULL)                                                            \
        X(RETURNED, "returned", false, "The value of the baseline is back.", NULL)                 \
        X(ROTATION, "rotation", false, "A renewal: only dates, serial and key changed; the "       \
                "baseline follows.", NULL)                                                         \
        X(MIXED, "mixed", true, "Old and new are served in turn at one address: some processes "   \
                "still hold the old key repository, until REFRESH SECURITY TYPE(SSL).",            \
                "REFRESH SECURITY TYPE(SSL) at the queue manager, or end the channel processes "   \
                "that still hold the old key repository. Where several queue managers share the "  \
                "address, bring those that were left out to the same state.")                      \
        X(SETTLED, "settled", false, "What was served in turn before is one and the same again.",  \
                NULL)                                                                              \
        X(MISMATCH, "mismatch", true, "The addresses serve different leaf certificates.", NULL)    \
        X(AGREED, "agreed", false, "The addresses serve the same leaf certificate again.", NULL)   \
        X(ACCEPTED, "accepted", false, "The operator took it as the new baseline.", NULL)

#endif
