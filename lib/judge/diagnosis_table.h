/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_DIAGNOSIS_TABLE_H
#define MQTLS_JUDGE_DIAGNOSIS_TABLE_H

/*
 * Every diagnosis with what an operator needs to know about it. One row:
 *
 *   X(ID, stage, reason, severity, fails,
 *           meaning, cause,
 *           AMQ words of the dialling side, AMQ words of the accepting queue manager,
 *           CSQX words (z/OS), MQRC (reason codes of an application),
 *           remedy, certainty)
 *
 * By stage in the order of a visit; within a stage, the one that stops traffic soonest stands first,
 * because the first row that applies is the reason that people are told.
 *
 * Certainty speaks of the row as a mapping to MQ's words: "documented" (in IBM's pages), "seen" (in
 * published logs or traces), "recalled" (numbers and titles known, pages not at hand), "derived"
 * (follows from what the others say), "guess", and "none" where MQ itself says nothing. A word that
 * is less sure than its row says so in brackets. Numbers are written with the severity letter that
 * MQ 9.1 and later put behind them; match logs on the digits only. AMQ9999E, which follows most
 * failures and explains none, is left out. MQRC 2393 is what C clients get for almost any failure of
 * TLS, 2397 is its twin in Java.
 *
 * The names of stages and reasons are a contract: alerts and dashboards hang on them.
 */

#define DIAGNOSIS_TABLE(X)                                                                         \
        X(RESOLVE_DNS_NOT_FOUND,                                                                   \
                STAGE_RESOLVE, "dns_not_found", SEVERITY_CRITICAL, true,                           \
                "The host name in CONNAME has no address.",                                        \
                "A misspelt CONNAME, or a DNS entry that was removed or never made.",              \
                "AMQ9202E (remote host not available); AMQ9205E (host name not valid, "            \
                "recalled)",                                                                       \
                "",                                                                                \
                "CSQX202E",                                                                        \
                "2538",                                                                            \
                "Compare the host name with the DNS (getent hosts NAME on this machine). "         \
                "Then correct the name: ALTER CHANNEL(name) CHLTYPE(type) "                        \
                "CONNAME('host(port)') at the partner and conname = here, or have the DNS "        \
                "entry restored.",                                                                 \
                "recalled")                                                                        \
        X(RESOLVE_DNS_TIMEOUT,                                                                     \
                STAGE_RESOLVE, "dns_timeout", SEVERITY_CRITICAL, true,                             \
                "The name server did not answer in time, so the address is not known.",            \
                "A resolver that is down, overloaded or cut off by a firewall. It says "           \
                "nothing about the queue manager.",                                                \
                "AMQ9202E (remote host not available)",                                            \
                "",                                                                                \
                "CSQX202E",                                                                        \
                "2538",                                                                            \
                "Check the name servers of this machine (resolvectl status, "                      \
                "/etc/resolv.conf). The certificate dates shown are those seen last; do not "      \
                "act on the queue manager because of this.",                                       \
                "derived")                                                                         \
        X(RESOLVE_DNS_FAILURE,                                                                     \
                STAGE_RESOLVE, "dns_failure", SEVERITY_CRITICAL, true,                             \
                "The name look-up failed, and not because the name is unknown.",                   \
                "A name server that refuses or answers SERVFAIL, or a broken resolver "            \
                "configuration on this machine.",                                                  \
                "AMQ9202E (remote host not available)",                                            \
                "",                                                                                \
                "CSQX202E",                                                                        \
                "2538",                                                                            \
                "Try the look-up by hand (getent hosts NAME) and repair the resolver. The "        \
                "certificate dates shown are those seen last.",                                    \
                "derived")                                                                         \
        X(CONNECT_REFUSED,                                                                         \
                STAGE_CONNECT, "refused", SEVERITY_CRITICAL, true,                                 \
                "Nothing listens at this address and port, or a firewall rejects the "             \
                "connection.",                                                                     \
                "The listener is stopped, the queue manager or channel initiator is down, "        \
                "the port is wrong, or a firewall answers with a reject.",                         \
                "AMQ9202E (remote host not available); Java: AMQ9213E inside AMQ9204E",            \
                "",                                                                                \
                "CSQX202E",                                                                        \
                "2538; 2059 in Java",                                                              \
                "On the queue manager: DISPLAY LSSTATUS(*) PORT, then START LISTENER(name); "      \
                "on z/OS START LISTENER TRPTYPE(TCP) PORT(1414). If it runs, compare the "         \
                "port with CONNAME and ask the network team about the firewall.",                  \
                "documented")                                                                      \
        X(CONNECT_TIMEOUT,                                                                         \
                STAGE_CONNECT, "timeout", SEVERITY_CRITICAL, true,                                 \
                "The connection attempt was not answered at all.",                                 \
                "A firewall that drops packets, a host that is down, or a route that leads "       \
                "nowhere.",                                                                        \
                "AMQ9202E (remote host not available)",                                            \
                "",                                                                                \
                "CSQX202E",                                                                        \
                "2538",                                                                            \
                "Check that the host is up and that the firewall lets this machine through "       \
                "to the port. From here: nc -vz HOST PORT.",                                       \
                "derived")                                                                         \
        X(CONNECT_UNREACHABLE,                                                                     \
                STAGE_CONNECT, "unreachable", SEVERITY_CRITICAL, true,                             \
                "This machine has no way to the address.",                                         \
                "No route, a network interface that is down, or an IPv6 address on a "             \
                "machine without IPv6.",                                                           \
                "AMQ9202E (remote host not available)",                                            \
                "",                                                                                \
                "CSQX202E",                                                                        \
                "2538",                                                                            \
                "Look at the route from here (ip route get ADDRESS). If only the IPv6 "            \
                "address fails, repair IPv6 or remove that DNS entry.",                            \
                "derived")                                                                         \
        X(TLS_NOT_TLS,                                                                             \
                STAGE_TLS, "not_tls", SEVERITY_CRITICAL, true,                                     \
                "Something answered, but not in TLS.",                                             \
                "Another service on this port (HTTP, SSH, a banner), or a proxy that speaks "      \
                "for the queue manager.",                                                          \
                "AMQ9207E (data received is not valid)",                                           \
                "",                                                                                \
                "CSQX207E",                                                                        \
                "2393; 2397 in Java",                                                              \
                "Find out what owns the port (ss -ltnp on the host) and correct the port in "      \
                "CONNAME.",                                                                        \
                "derived")                                                                         \
        X(TLS_PLAIN_MQ,                                                                            \
                STAGE_TLS, "plain_mq", SEVERITY_CRITICAL, true,                                    \
                "An MQ listener answered in clear text: no TLS on this port.",                     \
                "A proxy that took TLS off, or a listener program that never spoke it.",           \
                "AMQ9207E (data received is not valid)",                                           \
                "AMQ9207E (data received is not valid)",                                           \
                "CSQX207E",                                                                        \
                "2059 or 2009",                                                                    \
                "Find the port that speaks TLS and use it in CONNAME. If a proxy stands in "       \
                "between, let it pass TLS through untouched.",                                     \
                "derived")                                                                         \
        X(TLS_CLOSED_EARLY,                                                                        \
                STAGE_TLS, "closed_early", SEVERITY_CRITICAL, true,                                \
                "The listener closed the connection during the handshake and gave no "             \
                "reason.",                                                                         \
                "Most often the queue manager cannot open its key repository (password, "          \
                "stash file, permissions). Also a load balancer without a live queue "             \
                "manager behind it, a blocked address (CHLAUTH BLOCKADDR), or SSLTASKS(0) "        \
                "on z/OS.",                                                                        \
                "AMQ9208E or AMQ9209E; Java: AMQ9771E (the remote host ended the handshake)",      \
                "AMQ9660E (key repository cannot be used); AMQ9638E or AMQ9209E for channel "      \
                "????",                                                                            \
                "CSQX209E; CSQX630E with SSLTASKS(0); CSQX683E (recalled)",                        \
                "2393 or 2009; 2397 in Java",                                                      \
                "Read AMQERR01.LOG at that minute: AMQ9660E, AMQ9657E and AMQ9620E point at "      \
                "the key repository. Restore the key file and its stash, let group mqm read "      \
                "both, check DISPLAY QMGR SSLKEYR, then REFRESH SECURITY TYPE(SSL). On "           \
                "z/OS: ALTER QMGR SSLTASKS(8) and restart the channel initiator. Without a "       \
                "log entry: ask who runs the load balancer.",                                      \
                "seen")                                                                            \
        X(TLS_RESET,                                                                               \
                STAGE_TLS, "reset", SEVERITY_CRITICAL, true,                                       \
                "The connection was torn down (TCP reset) during the handshake.",                  \
                "A crashed channel process, a firewall or an intrusion-prevention device "         \
                "that kills the session, or a load balancer without a live queue manager "         \
                "behind it.",                                                                      \
                "AMQ9208E (error on receive); Java: AMQ9213E (connection reset)",                  \
                "AMQ9208E or AMQ9209E; AMQ9638E for channel ????",                                 \
                "CSQX208E",                                                                        \
                "2009 or 2393; 2397 in Java",                                                      \
                "Read AMQERR01.LOG at that minute, and look for FDC files. Nothing there: "        \
                "ask the network team what resets sessions on this path.",                         \
                "derived")                                                                         \
        X(TLS_HANDSHAKE_TIMEOUT,                                                                   \
                STAGE_TLS, "handshake_timeout", SEVERITY_CRITICAL, true,                           \
                "The connection stands, but the listener did not finish the handshake in "         \
                "time.",                                                                           \
                "An overloaded listener, too few SSL tasks on z/OS, or an OCSP or LDAP "           \
                "server that the queue manager waits for.",                                        \
                "",                                                                                \
                "AMQ9626E (channel hangs while it initializes TLS)",                               \
                "",                                                                                \
                "2059 after the time limit",                                                       \
                "Check the load of the host and whether its OCSP or CRL servers answer. On "       \
                "z/OS: DISPLAY CHINIT shows the SSL tasks; raise them with ALTER QMGR "            \
                "SSLTASKS(n) and restart the channel initiator.",                                  \
                "recalled")                                                                        \
        X(TLS_PROTOCOL_ERROR,                                                                      \
                STAGE_TLS, "protocol_error", SEVERITY_CRITICAL, true,                              \
                "The listener sent something that TLS does not allow at that point.",              \
                "A middlebox that rewrites traffic, a broken TLS product in front of the "         \
                "queue manager, or a damaged connection.",                                         \
                "AMQ9638E (TLS communications error)",                                             \
                "AMQ9638E (TLS communications error)",                                             \
                "CSQX620E with RC 410; CSQX638E (recalled)",                                       \
                "2393; 2397 in Java",                                                              \
                "Probe the queue manager directly, past any load balancer or proxy. If that "      \
                "works, the device in between is at fault.",                                       \
                "derived")                                                                         \
        X(TLS_LIMIT_EXCEEDED,                                                                      \
                STAGE_TLS, "limit_exceeded", SEVERITY_CRITICAL, true,                              \
                "The listener sent more than any honest handshake needs, and was cut off.",        \
                "A certificate list far too long, or a service that floods whoever "               \
                "connects.",                                                                       \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "Look at what the listener sends (openssl s_client -connect HOST:PORT "            \
                "-showcerts) and shorten the certificate list, or find out what answers on "       \
                "the port.",                                                                       \
                "none")                                                                            \
        X(TLS_NO_SHARED_CIPHER,                                                                    \
                STAGE_TLS, "no_shared_cipher", SEVERITY_CRITICAL, true,                            \
                "The listener refused every CipherSpec that was offered.",                         \
                "The CipherSpec is not enabled on the queue manager (SSLFIPS, Suite B, "           \
                "AllowedCipherSpecs, a deprecated one), or it needs another key type than "        \
                "the certificate has (ECDHE_ECDSA needs an EC key, RSA an RSA key).",              \
                "AMQ9638E or AMQ9641E",                                                            \
                "AMQ9616E (the CipherSpec offered is not enabled)",                                \
                "CSQX620E with RC 402",                                                            \
                "2393; 2397 in Java",                                                              \
                "Compare SSLCIPH on both sides (DISPLAY CHANNEL(name) SSLCIPH) with the key "      \
                "type of the certificate. Open the accepting side first: ALTER "                   \
                "CHANNEL(name) CHLTYPE(type) SSLCIPH(ANY_TLS12_OR_HIGHER). Check DISPLAY "         \
                "QMGR SSLFIPS SUITEB and AllowedCipherSpecs in the SSL stanza of qm.ini.",         \
                "documented")                                                                      \
        X(TLS_PROTOCOL_VERSION,                                                                    \
                STAGE_TLS, "protocol_version", SEVERITY_CRITICAL, true,                            \
                "The two sides have no TLS version in common.",                                    \
                "One side speaks only TLS 1.3 and the other only TLS 1.2, or one is an old "       \
                "level with TLS 1.0 only. AllowTLSV13 and AllowTLSV1 in qm.ini decide on "         \
                "the queue manager.",                                                              \
                "AMQ9771E in Java",                                                                \
                "AMQ9616E or AMQ9638E",                                                            \
                "CSQX620E with RC 412",                                                            \
                "2393; 2397 in Java",                                                              \
                "Compare SSLCIPH on both sides and AllowTLSV13 in the SSL stanza of qm.ini. "      \
                "Upgrade the older side; do not weaken the newer one. ALTER CHANNEL(name) "        \
                "CHLTYPE(type) SSLCIPH(ANY_TLS12_OR_HIGHER) admits both TLS 1.2 and TLS "          \
                "1.3.",                                                                            \
                "guess")                                                                           \
        X(TLS_UNSAFE_RENEGOTIATION,                                                                \
                STAGE_TLS, "unsafe_renegotiation", SEVERITY_CRITICAL, true,                        \
                "The listener does not protect renegotiation (RFC 5746), so the handshake "        \
                "was broken off.",                                                                 \
                "A very old TLS library or device. No supported queue manager does this.",         \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "Find out which device terminates TLS there, and upgrade it.",                     \
                "none")                                                                            \
        X(TLS_UNRECOGNIZED_NAME,                                                                   \
                STAGE_TLS, "unrecognized_name", SEVERITY_CRITICAL, true,                           \
                "The listener does not know the server name (SNI) that was sent.",                 \
                "A router or proxy that chooses its target by SNI and has no route for this "      \
                "channel. A queue manager does not refuse names in this way.",                     \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "2393; 2397 in Java",                                                              \
                "Give the router a route for the channel's server name, or have the "              \
                "partners dial with OutboundSNI=HOSTNAME (SSL stanza of mqclient.ini or "          \
                "qm.ini) and set sni = \"hostname\" here.",                                        \
                "derived")                                                                         \
        X(TLS_CLIENT_CERT_REQUIRED,                                                                \
                STAGE_TLS, "client_cert_required", SEVERITY_CRITICAL, true,                        \
                "The listener insists on a client certificate, and none was sent.",                \
                "The channel has SSLCAUTH(REQUIRED) or SSLPEER, or something in front of "         \
                "the queue manager demands a certificate, and no identity = is configured "        \
                "here.",                                                                           \
                "AMQ9642E (no certificate for the channel)",                                       \
                "AMQ9637E (the channel lacks a certificate)",                                      \
                "CSQX642E; CSQX637E (recalled)",                                                   \
                "2393; 2397 in Java",                                                              \
                "Give this endpoint an identity = that the queue manager trusts. A partner "       \
                "in the same state needs a certificate under the right label (CERTLABL, or "       \
                "ibmwebspheremq followed by the user). Only if anonymous partners are meant "      \
                "to connect: ALTER CHANNEL(name) CHLTYPE(type) SSLCAUTH(OPTIONAL) "                \
                "SSLPEER('').",                                                                    \
                "documented")                                                                      \
        X(TLS_CLIENT_CERT_REJECTED,                                                                \
                STAGE_TLS, "client_cert_rejected", SEVERITY_CRITICAL, true,                        \
                "The listener received our client certificate and refused it.",                    \
                "The certificate is revoked, not meant for client use, too weak, or its "          \
                "chain does not hold. The queue manager's log names it.",                          \
                "AMQ9665E (connection closed by the remote end)",                                  \
                "AMQ9633E (bad certificate, with its subject and issuer)",                         \
                "CSQX633E; CSQX620E with RC 414 or 8",                                             \
                "2393; 2397 in Java",                                                              \
                "Read AMQ9633E in AMQERR01.LOG: it names the certificate and why. Then send "      \
                "the full chain with the identity, or reissue it (key usage "                      \
                "digitalSignature, extended key usage clientAuth, RSA 2048 bits or more). "        \
                "If an OCSP or CRL server is meant, check that the queue manager reaches "         \
                "it.",                                                                             \
                "recalled")                                                                        \
        X(TLS_CLIENT_CERT_EXPIRED,                                                                 \
                STAGE_TLS, "client_cert_expired", SEVERITY_CRITICAL, true,                         \
                "The listener says that our client certificate has expired.",                      \
                "The certificate of identity = or one of its signers is past its end, or "         \
                "the clocks of the two machines differ.",                                          \
                "",                                                                                \
                "AMQ9658E for channel ???? (certificate outside its validity)",                    \
                "CSQX658E (recalled)",                                                             \
                "2393; 2397 in Java",                                                              \
                "Renew the client certificate and put the new file in place of the "               \
                "identity. Check the dates of its signers as well, and the clock of the "          \
                "queue manager's host.",                                                           \
                "seen")                                                                            \
        X(TLS_CLIENT_CA_UNKNOWN,                                                                   \
                STAGE_TLS, "client_ca_unknown", SEVERITY_CRITICAL, true,                           \
                "The listener does not trust the signer of our client certificate.",               \
                "The CA certificate is missing from the queue manager's key repository, or "       \
                "was added without a refresh, or the identity is sent without its "                \
                "intermediate.",                                                                   \
                "AMQ9665E (connection closed by the remote end, recalled)",                        \
                "AMQ9633E (bad certificate, GSKit code 575010)",                                   \
                "CSQX620E with RC 8; CSQX633E (recalled)",                                         \
                "2393; 2397 in Java",                                                              \
                "On the queue manager: runmqakm -cert -add -db key.kdb -stashed -label "           \
                "LABEL -file ca.pem, then REFRESH SECURITY TYPE(SSL). On z/OS connect the "        \
                "CA to the key ring: RACDCERT CONNECT(CERTAUTH LABEL('label') RING(ring)). "       \
                "Send the intermediate with the identity.",                                        \
                "documented")                                                                      \
        X(TLS_ALERT_OTHER,                                                                         \
                STAGE_TLS, "alert_other", SEVERITY_CRITICAL, true,                                 \
                "The listener broke the handshake off with an alert that fits no other "           \
                "reason here.",                                                                    \
                "Depends on the alert: an internal error of the listener, a policy of a "          \
                "device in between, or a message it could not read.",                              \
                "AMQ9638E (TLS communications error)",                                             \
                "AMQ9620E (error from a TLS function, with a GSKit code)",                         \
                "CSQX620E",                                                                        \
                "2393; 2397 in Java",                                                              \
                "Read AMQERR01.LOG at that minute for AMQ9620E and its GSKit return code. "        \
                "Nothing there: probe the queue manager directly, past any device in "             \
                "between.",                                                                        \
                "derived")                                                                         \
        X(TLS_LOCAL_POLICY,                                                                        \
                STAGE_TLS, "local_policy", SEVERITY_CRITICAL, true,                                \
                "This machine's own TLS library refused to go on.",                                \
                "The system-wide crypto policy or OpenSSL build forbids what the endpoint's "      \
                "SSLCIPH needs.",                                                                  \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "Compare sslciph = with what OpenSSL on this machine allows (openssl "             \
                "ciphers -s -v, /etc/ssl/openssl.cnf).",                                           \
                "none")                                                                            \
        X(VERIFY_MALFORMED,                                                                        \
                STAGE_VERIFY, "malformed", SEVERITY_CRITICAL, true,                                \
                "A certificate that the listener sent cannot be read as the standard wants "       \
                "it.",                                                                             \
                "A broken certificate authority or a home-made tool: an impossible date, an "      \
                "unreadable key, a damaged extension.",                                            \
                "AMQ9633E (bad certificate)",                                                      \
                "AMQ9665E (connection closed by the remote end)",                                  \
                "CSQX620E with RC 405 or 414",                                                     \
                "2393; 2397 in Java",                                                              \
                "Have the certificate reissued. To look at it: openssl s_client -connect "         \
                "HOST:PORT -showcerts. After the exchange: REFRESH SECURITY TYPE(SSL).",           \
                "derived")                                                                         \
        X(VERIFY_EXPIRED,                                                                          \
                STAGE_VERIFY, "expired", SEVERITY_CRITICAL, true,                                  \
                "A certificate of the chain has expired: partners that verify it no longer "       \
                "connect.",                                                                        \
                "It was not renewed in time, or it was renewed and the queue manager still "       \
                "serves the old one. Channels that run go on until their next start.",             \
                "AMQ9658E (certificate outside its validity) or AMQ9633E",                         \
                "AMQ9665E (connection closed by the remote end, recalled)",                        \
                "CSQX658E (recalled); CSQX620E with RC 401",                                       \
                "2393; 2397 in Java",                                                              \
                "See which position of the chain has ended; it may be a signer. Receive the "      \
                "renewed certificate into the key repository (runmqakm -cert -receive -db "        \
                "key.kdb -stashed -file new.pem, or -cert -add for a signer), then REFRESH "       \
                "SECURITY TYPE(SSL). With a new label also ALTER QMGR CERTLABL(label), or "        \
                "ALTER CHANNEL(name) CHLTYPE(type) CERTLABL(label).",                              \
                "seen")                                                                            \
        X(VERIFY_NOT_YET_VALID,                                                                    \
                STAGE_VERIFY, "not_yet_valid", SEVERITY_CRITICAL, true,                            \
                "A certificate of the chain is not valid yet.",                                    \
                "It was put in place too early, or the clock of this machine or of the "           \
                "certificate authority is wrong.",                                                 \
                "AMQ9658E (certificate outside its validity)",                                     \
                "",                                                                                \
                "CSQX620E with RC 401",                                                            \
                "2393; 2397 in Java",                                                              \
                "Compare the clocks first (timedatectl). If they are right, go back to the "       \
                "previous certificate until the new one begins: ALTER QMGR "                       \
                "CERTLABL(oldlabel), then REFRESH SECURITY TYPE(SSL).",                            \
                "documented")                                                                      \
        X(VERIFY_BAD_SIGNATURE,                                                                    \
                STAGE_VERIFY, "bad_signature", SEVERITY_CRITICAL, true,                            \
                "The signature of a certificate does not verify with its issuer's key.",           \
                "A signer that was renewed with a new key under the same name, a damaged "         \
                "certificate, or a forgery.",                                                      \
                "AMQ9663E (invalid certificate signature)",                                        \
                "AMQ9665E (connection closed by the remote end)",                                  \
                "CSQX663E",                                                                        \
                "2393; 2397 in Java",                                                              \
                "Compare the issuer certificate in the trust file with the one that signed "       \
                "(subject key identifier and fingerprint), and exchange the wrong one. If "        \
                "nobody changed anything, treat it as an attack until explained.",                 \
                "recalled")                                                                        \
        X(VERIFY_REVOKED,                                                                          \
                STAGE_VERIFY, "revoked", SEVERITY_CRITICAL, true,                                  \
                "A certificate of the chain has been revoked by its issuer.",                      \
                "Its key was lost or its owner changed, and the issuer put it on the "             \
                "revocation list.",                                                                \
                "AMQ9633E (bad certificate); 2401 in Java",                                        \
                "AMQ9665E (connection closed by the remote end, recalled)",                        \
                "CSQX687E; CSQX620E with RC 431 (both recalled)",                                  \
                "2393; 2401 or 2397 in Java",                                                      \
                "Ask the issuer why. Then request a new certificate with a new key, receive "      \
                "it into the key repository, and REFRESH SECURITY TYPE(SSL).",                     \
                "documented")                                                                      \
        X(VERIFY_SELF_SIGNED,                                                                      \
                STAGE_VERIFY, "self_signed", SEVERITY_CRITICAL, true,                              \
                "The listener's own certificate is self-signed, and the trust file does not "      \
                "hold it.",                                                                        \
                "The signed reply of the certificate authority was never received into the "       \
                "key repository, or the queue manager is meant to use a self-signed "              \
                "certificate that partners must import.",                                          \
                "AMQ9633E (bad certificate)",                                                      \
                "AMQ9665E (connection closed by the remote end)",                                  \
                "CSQX633E; CSQX620E with RC 417 (both recalled)",                                  \
                "2393; 2397 in Java",                                                              \
                "If it should be CA-signed: runmqakm -cert -receive -db key.kdb -stashed "         \
                "-file signed.pem (z/OS: RACDCERT ADD of the reply under the same label), "        \
                "then REFRESH SECURITY TYPE(SSL). If it is meant to be self-signed: add it "       \
                "to the trust file here and to every partner's key repository.",                   \
                "derived")                                                                         \
        X(VERIFY_MISSING_INTERMEDIATE,                                                             \
                STAGE_VERIFY, "missing_intermediate", SEVERITY_CRITICAL, true,                     \
                "The listener does not send the certificate that links its own to a trusted "      \
                "root.",                                                                           \
                "The intermediate CA is missing from the queue manager's key repository, so "      \
                "partners that do not hold it refuse the chain.",                                  \
                "AMQ9633E (bad certificate, GSKit code 575010)",                                   \
                "AMQ9665E (connection closed by the remote end, recalled)",                        \
                "CSQX620E with RC 8; CSQX688E (recalled)",                                         \
                "2393; 2397 in Java",                                                              \
                "Best: let the listener send the whole chain: runmqakm -cert -add -db "            \
                "key.kdb -stashed -label LABEL -file intermediate.pem, then REFRESH "              \
                "SECURITY TYPE(SSL). Or: add the missing signer to the trust file here, and "      \
                "to every partner's key repository.",                                              \
                "documented")                                                                      \
        X(VERIFY_UNTRUSTED_ISSUER,                                                                 \
                STAGE_VERIFY, "untrusted_issuer", SEVERITY_CRITICAL, true,                         \
                "The chain ends in a root that the trust file does not hold.",                     \
                "The queue manager's certificate comes from another certificate authority "        \
                "than expected, or the trust file is not up to date.",                             \
                "AMQ9633E (bad certificate, GSKit code 575010)",                                   \
                "AMQ9665E (connection closed by the remote end, recalled)",                        \
                "CSQX633E; CSQX620E with RC 8 or 435 (recalled)",                                  \
                "2393; 2397 in Java",                                                              \
                "Ask the owner of the queue manager whether this root is theirs, and "             \
                "compare the fingerprint over a second way. If so, add the root to the "           \
                "trust file here and to every partner's key repository. If not, somebody "         \
                "else answers on this port.",                                                      \
                "derived")                                                                         \
        X(VERIFY_BAD_KEY_USAGE,                                                                    \
                STAGE_VERIFY, "bad_key_usage", SEVERITY_CRITICAL, true,                            \
                "A certificate is used for something that its own extensions forbid.",             \
                "The leaf lacks digitalSignature, keyEncipherment or serverAuth, or a "            \
                "signer lacks basicConstraints CA or keyCertSign.",                                \
                "AMQ9633E (bad certificate; GSKit code 575051 for a signer without critical "      \
                "basicConstraints)",                                                               \
                "AMQ9665E (connection closed by the remote end, recalled)",                        \
                "CSQX642E where no certificate with HANDSHAKE usage is found",                     \
                "2393; 2397 in Java",                                                              \
                "Reissue the certificate: the leaf with keyUsage digitalSignature (and "           \
                "keyEncipherment for RSA key exchange) and extended key usage serverAuth or "      \
                "none, a signer with critical basicConstraints CA:TRUE and keyCertSign. On "       \
                "z/OS leave Key Usage blank or include HANDSHAKE. Then REFRESH SECURITY "          \
                "TYPE(SSL).",                                                                      \
                "seen")                                                                            \
        X(VERIFY_CHAIN_TOO_LONG,                                                                   \
                STAGE_VERIFY, "chain_too_long", SEVERITY_CRITICAL, true,                           \
                "The chain has more certificates than will be followed.",                          \
                "A loop of cross-signed authorities, or a key repository that sends "              \
                "everything it holds.",                                                            \
                "AMQ9633E (bad certificate)",                                                      \
                "",                                                                                \
                "",                                                                                \
                "2393; 2397 in Java",                                                              \
                "Have the queue manager send only its own certificate and the signers above "      \
                "it, and remove superseded cross-certificates from the key repository.",           \
                "guess")                                                                           \
        X(POLICY_CIPHER_UNEXPECTED,                                                                \
                STAGE_POLICY, "cipher_unexpected", SEVERITY_CRITICAL, true,                        \
                "The cipher suite agreed on is not one that the channel's SSLCIPH admits.",        \
                "The channel names one CipherSpec and the queue manager prefers another one "      \
                "that was offered as well. Or the suite is none of MQ's: then a load "             \
                "balancer, MQIPT or another product terminated TLS.",                              \
                "AMQ9641E (remote CipherSpec error)",                                              \
                "AMQ9631E (the CipherSpec agreed on does not match the channel's)",                \
                "CSQX641E; CSQX631E",                                                              \
                "2393; 2397 in Java",                                                              \
                "Give both sides the same CipherSpec, or open the accepting side: ALTER "          \
                "CHANNEL(name) CHLTYPE(type) SSLCIPH(ANY_TLS12_OR_HIGHER). If the suite is "       \
                "none of MQ's, let the device in front pass TLS through to the queue "             \
                "manager.",                                                                        \
                "seen")                                                                            \
        X(POLICY_VERSION_UNEXPECTED,                                                               \
                STAGE_POLICY, "version_unexpected", SEVERITY_CRITICAL, true,                       \
                "The TLS version agreed on is not one that the channel's SSLCIPH admits.",         \
                "The queue manager agrees on the best version first and looks at the "             \
                "channel afterwards: a partner with ANY_TLS12_OR_HIGHER and a channel with "       \
                "ANY_TLS12 meet on TLS 1.3 and are then refused.",                                 \
                "AMQ9641E (remote CipherSpec error)",                                              \
                "AMQ9631E (the CipherSpec agreed on does not match the channel's)",                \
                "CSQX641E; CSQX631E",                                                              \
                "2393; 2397 in Java",                                                              \
                "Open the accepting channel first, tighten it last: ALTER CHANNEL(name) "          \
                "CHLTYPE(SVRCONN) SSLCIPH(ANY_TLS12_OR_HIGHER). If the version was chosen "        \
                "on purpose, correct sslciph = and listener_sslciph = here.",                      \
                "seen")                                                                            \
        X(POLICY_SSLPEER_MISMATCH,                                                                 \
                STAGE_POLICY, "sslpeer_mismatch", SEVERITY_CRITICAL, true,                         \
                "The subject of the listener's certificate does not match the SSLPEER that "       \
                "partners hold it to.",                                                            \
                "The certificate was renewed with another distinguished name, the order of "       \
                "its OUs changed, or a different queue manager answers.",                          \
                "AMQ9636E (distinguished name does not match the peer name); 2398 in a "           \
                "client",                                                                          \
                "AMQ9665E (connection closed by the remote end, recalled)",                        \
                "CSQX636E (recalled)",                                                             \
                "2398; 2393",                                                                      \
                "Compare the subject shown with SSLPEER (DISPLAY CHANNEL(name) SSLPEER). "         \
                "Then ALTER CHANNEL(name) CHLTYPE(type) SSLPEER('CN=qm1,O=Example') at the "       \
                "partner before the certificate is switched, or have the certificate "             \
                "reissued with the old name.",                                                     \
                "seen")                                                                            \
        X(POLICY_QMGR_MISMATCH,                                                                    \
                STAGE_POLICY, "qmgr_mismatch", SEVERITY_CRITICAL, true,                            \
                "The queue manager that answers is not the one that is configured.",               \
                "CONNAME, a DNS entry or a load balancer leads to another queue manager, or "      \
                "qmgr = is misspelt here: names are case-sensitive.",                              \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "2058 for an application that names the queue manager",                            \
                "Compare the name with DISPLAY QMGR QMNAME on the host behind the address. "       \
                "Then correct CONNAME or what stands in front of the queue manager, or qmgr "      \
                "= here.",                                                                         \
                "derived")                                                                         \
        X(POLICY_CLIENT_AUTH_NOT_REQUIRED,                                                         \
                STAGE_POLICY, "client_auth_not_required", SEVERITY_CRITICAL, true,                 \
                "The listener lets partners in without a client certificate, against the "         \
                "policy.",                                                                         \
                "The channel has SSLCAUTH(OPTIONAL), or a device in front of the queue "           \
                "manager terminates TLS.",                                                         \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "ALTER CHANNEL(name) CHLTYPE(SVRCONN) SSLCAUTH(REQUIRED), after checking "         \
                "with DISPLAY CHSTATUS(name) SSLPEER that every partner sends a "                  \
                "certificate.",                                                                    \
                "none")                                                                            \
        X(POLICY_WEAK_KEY,                                                                         \
                STAGE_POLICY, "weak_key", SEVERITY_WARNING, true,                                  \
                "A key in the chain is shorter than the policy allows.",                           \
                "An old certificate or signer. A partner with MinimumRSAKeySize refuses the "      \
                "whole chain because of it, even if only a CA key is short.",                      \
                "AMQ9633E (bad certificate)",                                                      \
                "",                                                                                \
                "CSQX620E with RC 451 or 541, sources differ",                                     \
                "2393; 2397 in Java",                                                              \
                "Reissue the certificate at the position named with RSA 2048 bits or more "        \
                "(or EC P-256), signers included, then REFRESH SECURITY TYPE(SSL). If the "        \
                "shorter key is accepted on purpose, lower min_rsa_bits = or min_ec_bits = "       \
                "here.",                                                                           \
                "recalled")                                                                        \
        X(POLICY_WEAK_SIGNATURE,                                                                   \
                STAGE_POLICY, "weak_signature", SEVERITY_WARNING, true,                            \
                "A certificate in the chain is signed with MD5 or SHA-1.",                         \
                "An old certificate authority. Newer TLS libraries and Java levels refuse "        \
                "such chains.",                                                                    \
                "AMQ9633E (bad certificate)",                                                      \
                "",                                                                                \
                "",                                                                                \
                "2393; 2397 in Java",                                                              \
                "Have the certificate reissued with SHA-256 or better, then REFRESH "              \
                "SECURITY TYPE(SSL).",                                                             \
                "guess")                                                                           \
        X(POLICY_CLIENT_AUTH_UNEXPECTED,                                                           \
                STAGE_POLICY, "client_auth_unexpected", SEVERITY_WARNING, true,                    \
                "The listener insists on a client certificate although the policy says it "        \
                "should not.",                                                                     \
                "The channel was changed to SSLCAUTH(REQUIRED) or got an SSLPEER, or a "           \
                "device in front demands certificates.",                                           \
                "AMQ9642E (no certificate for the channel)",                                       \
                "AMQ9637E (the channel lacks a certificate)",                                      \
                "CSQX642E; CSQX637E (recalled)",                                                   \
                "2393; 2397 in Java",                                                              \
                "Ask whether the change was meant. If not: ALTER CHANNEL(name) "                   \
                "CHLTYPE(SVRCONN) SSLCAUTH(OPTIONAL) SSLPEER('').",                                \
                "documented")                                                                      \
        X(POLICY_ADDRESS_MISMATCH,                                                                 \
                STAGE_POLICY, "address_mismatch", SEVERITY_WARNING, true,                          \
                "The addresses of this endpoint serve different certificates.",                    \
                "One node of several was renewed, or channel processes that started before "       \
                "the renewal still serve the old one until a refresh.",                            \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "Compare the leaf certificates of the addresses. Put the new certificate on "      \
                "every node, then REFRESH SECURITY TYPE(SSL) on each.",                            \
                "none")                                                                            \
        X(POLICY_KEYSTORE_NOT_SERVED,                                                              \
                STAGE_POLICY, "keystore_not_served", SEVERITY_WARNING, false,                      \
                "The listener serves another certificate than the key repository on disk "         \
                "holds.",                                                                          \
                "Most often the certificate was renewed in the file and the queue manager was "    \
                "not told: channel processes keep what they read when they started. Else the "     \
                "file here is not the one of SSLKEYR, another CERTLABL is in force, or a device "  \
                "in front of the queue manager terminates TLS.",                                   \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "If the file holds the newer one: REFRESH SECURITY TYPE(SSL), at a time when "     \
                "the TLS channels of the queue manager may be stopped and started again (the "     \
                "instances of Native HA are restarted instead). Else compare DISPLAY QMGR "        \
                "SSLKEYR CERTLABL and DISPLAY CHANNEL(name) CERTLABL with path = and "             \
                "certlabl = here.",                                                                \
                "none")                                                                            \
        X(POLICY_LIFETIME_SHORT,                                                                   \
                STAGE_POLICY, "lifetime_short", SEVERITY_WARNING, false,                           \
                "A certificate of the chain ends soon.",                                           \
                "It is due for renewal. Queue managers do not warn of this; they log "             \
                "AMQ9658E when it is too late.",                                                   \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "Renew it now: request, receive with its whole chain, give partners the new "      \
                "CA where it changed, switch CERTLABL, then REFRESH SECURITY TYPE(SSL). "          \
                "Update SSLPEER and CHLAUTH SSLPEERMAP first where the distinguished name "        \
                "changes.",                                                                        \
                "none")                                                                            \
        X(POLICY_DUPLICATE_SERIAL,                                                                 \
                STAGE_POLICY, "duplicate_serial", SEVERITY_WARNING, false,                         \
                "Two different certificates bear the same issuer and serial number.",              \
                "A certificate authority that counts wrong, often a home-made one. RACF "          \
                "takes the two for one certificate.",                                              \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "Have one of the two reissued with a serial number of its own.",                   \
                "none")                                                                            \
        X(POLICY_SHARED_KEY,                                                                       \
                STAGE_POLICY, "shared_key", SEVERITY_WARNING, false,                               \
                "Another queue manager serves the same public key.",                               \
                "One key repository or certificate was copied to several queue managers, or one "  \
                "device in front of them terminates TLS for all. Whoever gets hold of the private "\
                "key of one can pose as each of them, and a loss means to renew all at once.",     \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "Give each queue manager a key and a certificate of its own. Where sharing is "    \
                "meant, as in a queue-sharing group, set unique_key = false.",                     \
                "none")                                                                            \
        X(MQ_CLOSED_AFTER_TLS,                                                                     \
                STAGE_MQ, "closed_after_tls", SEVERITY_CRITICAL, true,                             \
                "The listener finished the handshake and then said nothing: it closed the "        \
                "connection, or stayed silent until the time limit.",                              \
                "A proxy without a live queue manager behind it, a limit reached "                 \
                "(MAXCHANNELS, MAXINST), a client certificate refused silently, or a queue "       \
                "manager that is ending.",                                                         \
                "AMQ9209E (connection closed)",                                                    \
                "AMQ9513E at a channel limit; else the message before AMQ9999E",                   \
                "CSQX209E",                                                                        \
                "2009 or 2059",                                                                    \
                "Read the message before AMQ9999E in AMQERR01.LOG at that minute. Check "          \
                "DISPLAY CHSTATUS(*) against MAXCHANNELS, and what the load balancer has "         \
                "behind it.",                                                                      \
                "derived")                                                                         \
        X(MQ_NOT_MQ,                                                                               \
                STAGE_MQ, "not_mq", SEVERITY_CRITICAL, true,                                       \
                "TLS is up, but what answers inside does not speak MQ.",                           \
                "The port belongs to another TLS service, or a proxy forwards to the wrong "       \
                "place.",                                                                          \
                "AMQ9207E (data received is not valid)",                                           \
                "",                                                                                \
                "CSQX207E",                                                                        \
                "2009 or 2059",                                                                    \
                "Find out what owns the port (ss -ltnp on the host) and correct the port in "      \
                "CONNAME or the proxy's target.",                                                  \
                "derived")                                                                         \
        X(MQ_PROTOCOL_ERROR,                                                                       \
                STAGE_MQ, "protocol_error", SEVERITY_CRITICAL, true,                               \
                "The MQ conversation broke: one side sent what the other does not expect "         \
                "(status 0x0A to 0x10, 0x1E, 0x1F).",                                              \
                "A device that changes traffic, a very different MQ level, or a fault in "         \
                "this prober.",                                                                    \
                "AMQ9523E (the remote host found a protocol error) or AMQ9504E",                   \
                "AMQ9504E (protocol error); AMQ9207E",                                             \
                "CSQX504E (recalled)",                                                             \
                "2009 or 2195",                                                                    \
                "Keep AMQERR01.LOG and any FDC file of that minute. Set depth = \"tls\" for "      \
                "this endpoint until it is understood.",                                           \
                "recalled")                                                                        \
        X(MQ_CHANNEL_UNAVAILABLE,                                                                  \
                STAGE_MQ, "channel_unavailable", SEVERITY_CRITICAL, true,                          \
                "The queue manager or its channel does not take connections now (status "          \
                "0x16; 0x03, 0x05, 0x1B, 0x20 and 0x25 for the queue manager; 0x1C, which "        \
                "is only a warning).",                                                             \
                "The channel is stopped, a limit is reached (MAXINST, MAXINSTC, "                  \
                "MAXCHANNELS), or the queue manager is ending, a standby, in recovery or "         \
                "not running. Or REFRESH SECURITY TYPE(SSL) is under way (0x1C).",                 \
                "AMQ9558E (remote channel not available); AMQ9524E or AMQ9525E for the "           \
                "queue manager",                                                                   \
                "AMQ9514E (in use), AMQ9534E (not enabled), AMQ9513E (limit)",                     \
                "CSQX558E (recalled)",                                                             \
                "2537; 2059 for the queue manager",                                                \
                "DISPLAY CHSTATUS(name) STATUS, then START CHANNEL(name). At a limit: "            \
                "DISPLAY CHANNEL(name) MAXINST MAXINSTC, and find out who holds the "              \
                "instances before raising it. Code 0x1C: wait for the refresh to end.",            \
                "documented")                                                                      \
        X(MQ_CHANNEL_UNKNOWN,                                                                      \
                STAGE_MQ, "channel_unknown", SEVERITY_CRITICAL, true,                              \
                "The queue manager has no channel of this name (status 0x01).",                    \
                "A misspelt or lower-case name, a channel not defined yet, or another queue "      \
                "manager behind the address.",                                                     \
                "AMQ9520E (channel not defined remotely)",                                         \
                "AMQ9519E (channel not found)",                                                    \
                "CSQX520E; CSQX519E (both recalled)",                                              \
                "2540",                                                                            \
                "DISPLAY CHANNEL(*) on the queue manager and compare name and case. In MQSC "      \
                "a name without quotes is folded to upper case: DEFINE "                           \
                "CHANNEL('Mixed.Case') CHLTYPE(SVRCONN).",                                         \
                "seen")                                                                            \
        X(MQ_WRONG_CHANNEL_TYPE,                                                                   \
                STAGE_MQ, "wrong_channel_type", SEVERITY_CRITICAL, true,                           \
                "The channel exists but is of another type than a partner like us needs "          \
                "(status 0x02).",                                                                  \
                "A client that names a receiver channel, or a sender that names a "                \
                "server-connection channel.",                                                      \
                "AMQ9547E (type of remote channel not suitable)",                                  \
                "AMQ9502E (type of channel not suitable, guess)",                                  \
                "CSQX547E (recalled)",                                                             \
                "2539",                                                                            \
                "DISPLAY CHANNEL(name) CHLTYPE. Clients need SVRCONN, senders RCVR or "            \
                "RQSTR, cluster senders CLUSRCVR. Correct chltype = here or use the right "        \
                "channel.",                                                                        \
                "seen")                                                                            \
        X(MQ_CIPHERSPEC_REFUSED,                                                                   \
                STAGE_MQ, "cipherspec_refused", SEVERITY_CRITICAL, true,                           \
                "TLS was agreed on, and then the channel refused the CipherSpec (status "          \
                "0x18).",                                                                          \
                "The channel's SSLCIPH does not admit what the two sides negotiated, or one "      \
                "side has no SSLCIPH at all.",                                                     \
                "AMQ9641E (remote CipherSpec error)",                                              \
                "AMQ9631E (the CipherSpec agreed on does not match the channel's); AMQ9639E "      \
                "when none was given (recalled)",                                                  \
                "CSQX641E; CSQX631E",                                                              \
                "2393; 2397 in Java",                                                              \
                "Open the accepting channel first, tighten it last: ALTER CHANNEL(name) "          \
                "CHLTYPE(SVRCONN) SSLCIPH(ANY_TLS12_OR_HIGHER).",                                  \
                "seen")                                                                            \
        X(MQ_CLIENT_CERT_REQUIRED,                                                                 \
                STAGE_MQ, "client_cert_required", SEVERITY_CRITICAL, true,                         \
                "TLS is up, and the channel then refused us for lack of a client "                 \
                "certificate (status 0x1A).",                                                      \
                "SSLCAUTH(REQUIRED) or SSLPEER on the channel; a queue manager always asks "       \
                "in the handshake and insists only here.",                                         \
                "AMQ9642E (no certificate for the channel)",                                       \
                "AMQ9637E (the channel lacks a certificate)",                                      \
                "CSQX642E; CSQX637E (recalled)",                                                   \
                "2393; 2059 in old Java",                                                          \
                "Give this endpoint an identity =; a partner needs a certificate under the "       \
                "right label. Only if anonymous partners are meant to connect: ALTER "             \
                "CHANNEL(name) CHLTYPE(SVRCONN) SSLCAUTH(OPTIONAL) SSLPEER('').",                  \
                "documented")                                                                      \
        X(MQ_PEER_NAME_REFUSED,                                                                    \
                STAGE_MQ, "peer_name_refused", SEVERITY_CRITICAL, true,                            \
                "The channel's SSLPEER does not match the subject of our client certificate "      \
                "(status 0x19).",                                                                  \
                "The client certificate was renewed with another distinguished name, or "          \
                "SSLPEER holds the serial number of the old one.",                                 \
                "AMQ9643E (remote peer name error, recalled)",                                     \
                "AMQ9636E (distinguished name does not match the peer name)",                      \
                "CSQX643E; CSQX636E (both recalled)",                                              \
                "2393",                                                                            \
                "Compare AMQ9636E in AMQERR01.LOG with DISPLAY CHANNEL(name) SSLPEER, then "       \
                "ALTER CHANNEL(name) CHLTYPE(type) SSLPEER('CN=qm1,O=Example') or use the "        \
                "right certificate.",                                                              \
                "seen")                                                                            \
        X(MQ_REFUSED_OTHER,                                                                        \
                STAGE_MQ, "refused_other", SEVERITY_CRITICAL, true,                                \
                "The queue manager refused the channel for another reason; the status code "       \
                "is in the message.",                                                              \
                "A security exit (0x17), a security refusal (0x14), or a failed negotiation "      \
                "(0xF0 to 0xF3, or values that no two answers agree on).",                         \
                "AMQ9503E (negotiation failed) or AMQ9496E (ended by a remote exit)",              \
                "AMQ9503E, AMQ9536E (ended by an exit) or AMQ9777E (channel blocked), by "         \
                "the code",                                                                        \
                "CSQX503E and CSQX777E (both recalled); CSQX496I",                                 \
                "2035, 2537 or 2539",                                                              \
                "Read AMQERR01.LOG at that minute. AMQ9777E: SET CHLAUTH; test with DISPLAY "      \
                "CHLAUTH(name) MATCH(RUNCHECK) ADDRESS('ip') CLNTUSER('user').",                   \
                "guess")                                                                           \
        X(INTERNAL_RESOURCE,                                                                       \
                STAGE_INTERNAL, "resource", SEVERITY_CRITICAL, true,                               \
                "This daemon ran out of something and could not look.",                            \
                "No free file descriptor, memory or port on this machine. It says nothing "        \
                "about the queue manager.",                                                        \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "Raise LimitNOFILE= or MemoryMax= of the service (systemctl edit mqtlsd), "        \
                "or lower connecting_max = and handshaking_max =.",                                \
                "none")                                                                            \
        X(INTERNAL_CONFIG,                                                                         \
                STAGE_INTERNAL, "config", SEVERITY_CRITICAL, true,                                 \
                "This daemon could not look because of its own configuration.",                    \
                "A setting that was valid when it was read and cannot be carried out, such "       \
                "as an SSLCIPH that this machine's TLS library has no suite for.",                 \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "",                                                                                \
                "Run mqtlsd --check-config and mend what it names.",                               \
                "none")

#endif
