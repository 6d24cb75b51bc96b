/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_ALERT_TABLE_H
#define MQTLS_RENDER_ALERT_TABLE_H

/*
 * Every alert of etc/mqtlsd.rules.yml with what the person on call needs to know: its runbook page. A
 * test holds the rules against this table. One row:
 *
 *   X(ID, name, severity,
 *           meaning, impact, diagnosis, mitigation)
 *
 * name       of the alert, and of its page: /runbook/NAME
 * severity   "critical" or "warning", as the rule has it
 * meaning    what is so, in one or two sentences
 * impact     what breaks, for whom, and when
 * diagnosis  how to find out more; commands are added by the page itself
 * mitigation what to do, first things first
 */
#define ALERT_TABLE(X)                                                                             \
        X(CERT_EXPIRED, "MqtlsCertExpired", "critical",                                            \
                "A certificate that the listener sends, or that its chain needs, has ended.",      \
                "Every new connection over this channel fails: partners refuse the certificate "   \
                "(AMQ9633E, AMQ9658E; MQRC 2393, 2397 in Java). Channels that run go on until "    \
                "they are restarted, so the outage comes piece by piece.",                         \
                "See which certificate of the chain has ended: the leaf is the queue manager's, "  \
                "anything above it belongs to the authority and ends for all its leaves at once. " \
                "If a renewed one lies in the key repository already (MqtlsServedNotKeystore), "   \
                "only the refresh is missing.",                                                    \
                "Put the renewed certificate and its chain into the key repository under the "     \
                "label that CERTLABL names, then issue REFRESH SECURITY TYPE(SSL). It stops and "  \
                "restarts every TLS channel of the queue manager. Where an authority has ended, "  \
                "partners need its successor first.")                                              \
        X(CERT_EXPIRING_CRITICAL, "MqtlsCertExpiringCritical", "critical",                         \
                "A certificate of the chain ends within the critical time of this endpoint "       \
                "(expiry_critical), and nobody has renewed it.",                                   \
                "Nothing fails yet. At the end of validity every new connection over this "        \
                "channel is refused, and running channels follow at their next start.",            \
                "See which certificate of the chain ends first and when. Ask its owner whether "   \
                "the renewal is ordered, delivered, or lying in the key repository without a "     \
                "refresh. If it is a signer, every queue manager below it is concerned: look for " \
                "the same date on other endpoints.",                                               \
                "Renew now, not at the deadline: order the certificate with the same "             \
                "distinguished name, so that no SSLPEER or SSLPEERMAP has to follow; receive it "  \
                "into the key repository under a new label; switch CERTLABL and issue REFRESH "    \
                "SECURITY TYPE(SSL) in the next window. When the endpoint serves the new one the " \
                "alert ends by itself.")                                                           \
        X(CERT_EXPIRING_SOON, "MqtlsCertExpiringSoon", "warning",                                  \
                "A certificate of the chain ends within the warning time of this endpoint "        \
                "(expiry_warning): it is time to renew.",                                          \
                "None yet. Whoever renews now has time to tell partners and to choose the moment " \
                "of the refresh.",                                                                 \
                "See which certificate of the chain ends first: the queue manager's own, or a "    \
                "signer that all its partners have to exchange as well. The calendar and the "     \
                "expiry horizon of the status page show what else is due at the same time.",       \
                "Order the renewal. Keep the distinguished name; where it has to change, "         \
                "partners widen SSLPEER and SSLPEERMAP before the switch. A new signer has to be " \
                "in every partner's key repository before the first certificate under it is "      \
                "served. If this warning comes too early or too late for this channel, set "       \
                "expiry_warning =, as a span or as a share of the lifetime.")                      \
        X(PROBE_FAILING, "MqtlsProbeFailing", "critical",                                          \
                "The endpoint has failed for several probes in a row: it is not reached, TLS "     \
                "does not come up, the chain does not verify, or what was agreed on is not what "  \
                "the channel admits.",                                                             \
                "Partners with the same channel definition very likely fail in the same way. "     \
                "Dates shown for this endpoint are those that were seen last.",                    \
                "The reason says how far a partner would get. Stages resolve and connect are "     \
                "about names, network and listener; tls is about the handshake; verify is about "  \
                "the chain and the trust file; policy and mq are about what the channel "          \
                "definition says. One address of several may fail alone. Ask whether anything "    \
                "was changed at the minute when the last success ended.",                          \
                "Follow the remedy of the reason. When several endpoints of one host fail at "     \
                "once, begin with the host and its listener (DISPLAY LSSTATUS(*)); when all "      \
                "endpoints fail, with the network or the resolver of the machine that mqtlsd "     \
                "runs on. Planned work belongs into a silence, and into mqtlsd --expect if it "    \
                "changes certificates.")                                                           \
        X(REFUSED_BY_LISTENER, "MqtlsRefusedByListener", "critical",                               \
                "The network is fine and the listener answers, but it refuses us: the client "     \
                "certificate, the CipherSpec, the TLS version, or the channel itself.",            \
                "A partner that presents the same kind of certificate, or has the same SSLCIPH, "  \
                "is refused as well. If only our identity is at fault, partners are well and "     \
                "this endpoint is not being checked to its end.",                                  \
                "Read AMQERR01.LOG of the queue manager at the minute of the last probe, on z/OS " \
                "the log of the channel initiator: it names what was refused. AMQ9637E means no "  \
                "client certificate, AMQ9633E one that is not trusted, AMQ9636E one with another " \
                "name, AMQ9616E or AMQ9631E the CipherSpec, AMQ9519E an unknown channel. Compare " \
                "with what the reason says here.",                                                 \
                "Decide whose side is wrong. Our own identity: renew it, send its whole chain, "   \
                "or have its signer added to the queue manager's key repository and its security " \
                "refreshed. The channel: compare SSLCIPH, SSLCAUTH and SSLPEER (DISPLAY "          \
                "CHANNEL(name) ALL) with what was agreed. Never open SSLCAUTH to silence the "     \
                "alert.")                                                                          \
        X(DRIFT, "MqtlsDrift", "warning",                                                          \
                "What the listener shows differs from its baseline, and it is more than a "        \
                "renewal: another name, authority, key type, protocol, cipher, or another queue "  \
                "manager.",                                                                        \
                "Depends on the kind: a new name breaks partners with SSLPEER, a new authority "   \
                "those that do not hold it, another cipher those whose SSLCIPH names the old one " \
                "alone. Some partners notice at once, others at their next restart.",              \
                "Look at the kind, and at the old and the new value in the list of changes. "      \
                "Several kinds at the same moment have one cause: a new certificate changes "      \
                "leaf, subject, issuer and chain together; an upgrade of MQ changes protocol, "    \
                "cipher and group. Ask whether a change was planned for that time.",               \
                "If it was planned: accept it as the new baseline (mqtlsd --accept ENDPOINT), "    \
                "and the alert ends. If it was not: treat it as an incident until somebody "       \
                "explains it, beginning with CONNAME, DNS and load balancer, for another service " \
                "may be answering. Announce the next change with mqtlsd --expect ENDPOINT 4h, "    \
                "and it becomes a note instead of an alert.")                                      \
        X(SERVED_MIXED, "MqtlsServedMixed", "warning",                                             \
                "One address shows two things in turn, most often an old and a new certificate: "  \
                "some channel processes of the queue manager still hold the old key repository "   \
                "in memory.",                                                                      \
                "Connections are accepted or refused by chance, depending on which process takes " \
                "them. When the old certificate ends, the failures begin while half of all "       \
                "attempts still succeed.",                                                         \
                "See both in the list of changes. On AIX, Linux and Windows new channel "          \
                "processes read the new key repository at once while running ones keep the old "   \
                "copy. Where not the leaf but the cipher or the protocol changes in turn, "        \
                "several listeners that are set up differently stand behind the address.",         \
                "Issue REFRESH SECURITY TYPE(SSL) on the queue manager and wait up to ten "        \
                "minutes; AMQ9710E means that channels did not stop, and those have to be "        \
                "stopped by hand. Behind a load balancer, bring the queue managers that were "     \
                "left out to the same state. The alert ends once the same has been seen several "  \
                "times in a row.")                                                                 \
        X(ADDRESS_MISMATCH, "MqtlsAddressMismatch", "warning",                                     \
                "The addresses of this endpoint serve different certificates.",                    \
                "Partners that fail over from one address to the other meet another certificate: " \
                "they may refuse it (AMQ9633E, AMQ9636E), or meet one that ends sooner than "      \
                "everybody believes.",                                                             \
                "Compare the addresses: which of them serves the older certificate? "              \
                "Multi-instance, Native HA and RDQM queue managers, queue-sharing groups and "     \
                "load balancers keep one key repository per node unless it is on shared storage.", \
                "Bring the renewed certificate to the nodes that were left out and issue REFRESH " \
                "SECURITY TYPE(SSL) there. If the nodes are meant to have certificates of their "  \
                "own, configure each address as an endpoint, without all_addresses.")              \
        X(SERVED_NOT_KEYSTORE, "MqtlsServedNotKeystore", "warning",                                \
                "The key repository on disk holds another certificate than the listener serves: "  \
                "it was renewed in the file, and REFRESH SECURITY TYPE(SSL) has not been done.",   \
                "None until the served certificate ends; then the channel fails although the "     \
                "renewal is believed to be done. Processes that start anew may serve the new one " \
                "already.",                                                                        \
                "Compare serial and dates of both. Make sure that the file is the one that this "  \
                "queue manager reads (DISPLAY QMGR SSLKEYR) and the label the one that it uses "   \
                "(DISPLAY QMGR CERTLABL, DISPLAY CHANNEL(name) CERTLABL): a renewed certificate "  \
                "under another label is not served by a refresh alone.",                           \
                "In the next window issue REFRESH SECURITY TYPE(SSL) on the queue manager. With "  \
                "a new label first ALTER QMGR CERTLABL(label), or ALTER CHANNEL(name) "            \
                "CHLTYPE(type) CERTLABL(label). Native HA instances have to be restarted "         \
                "instead. If the wrong file is watched, correct keystores = here.")                \
        X(KEYSTORE_EXPIRING, "MqtlsKeystoreExpiring", "warning",                                   \
                "A certificate in a watched key repository, one that the queue manager serves or " \
                "a signer above it, has ended or ends soon.",                                      \
                "At its end new connections fail on all channels that use this certificate, also " \
                "on those that no endpoint is configured for.",                                    \
                "The label says what it is for: the queue manager's own (DISPLAY QMGR CERTLABL), " \
                "a channel's (DISPLAY CHANNEL(*) CERTLABL), or a signer in the chain of one of "   \
                "them (runmqakm -cert -details). See whether a successor stands beside it under "  \
                "another label: then only the switch is missing.",                                 \
                "Own certificate: renew it (runmqakm -cert -receive), switch CERTLABL if the "     \
                "label is new, then REFRESH SECURITY TYPE(SSL). Signer: add its successor "        \
                "(runmqakm -cert -add), renew what is below it, and give partners the successor "  \
                "first.")                                                                          \
        X(KEYSTORE_UNREADABLE, "MqtlsKeystoreUnreadable", "warning",                               \
                "A key repository that mqtlsd is to watch cannot be read, or is none that it "     \
                "understands.",                                                                    \
                "Its dates are those that were read last, or unknown, and nobody would notice "    \
                "that a renewal was not refreshed. The queue manager itself may be unable to "     \
                "read it as well: then its next TLS channel does not start (AMQ9660E).",           \
                "The problem is told with the key repository on the status page and in "           \
                "/api/v1/status: no such file, no permission, a damaged or unknown format, or a "  \
                "password that does not fit.",                                                     \
                "Let the service read it by the group of the file, and nothing more (systemctl "   \
                "edit mqtlsd: SupplementaryGroups=mqm under [Service]; chmod g+r for the file, "   \
                "g+x for the directories above it); correct path = or the password setting; "      \
                "restore a damaged file from its backup before the queue manager needs it.")       \
        X(KEYSTORE_FINDING, "MqtlsKeystoreFinding", "warning",                                     \
                "Something is wrong in a watched key repository with the certificate that would "  \
                "be served from it, or with its stash file: the label finding says what.",         \
                "None while the processes of the queue manager hold what they have read. After "   \
                "the next start or refresh it may serve another certificate than is meant, or "    \
                "none: then TLS channels do not start (AMQ9660E, AMQ9637E at partners).",          \
                "label_missing: no certificate with the label that CERTLABL names, or with the "   \
                "default label ibmwebspheremq and the queue manager's name in lower case. "        \
                "private_key_missing: it was added instead of received, so its key is missing. "   \
                "signer_missing: its chain is not whole. stash_file: it is missing, or others "    \
                "can read it.",                                                                    \
                "Receive the certificate into the repository that holds its request (runmqakm "    \
                "-cert -receive), or import it with its key; add missing signers (runmqakm -cert " \
                "-add); correct CERTLABL; write the stash file anew (runmqakm -keydb -stashpw) "   \
                "with mode 0640. Do this before the next REFRESH SECURITY TYPE(SSL).")             \
        X(POLICY_VIOLATION, "MqtlsPolicyViolation", "warning",                                     \
                "The listener breaks a rule that this endpoint is held to: the label rule names "  \
                "it.",                                                                             \
                "Depends on the rule: a weak key or signature is refused by partners with a "      \
                "stricter policy; a listener that does not insist on client certificates lets "    \
                "strangers in; a name that does not match SSLPEER keeps partners out.",            \
                "The rule is a diagnosis of the stage policy, with its cause and remedy on a "     \
                "page of its own. Compare the finding of this endpoint with its settings: the "    \
                "rule may be right and the listener wrong, or the setting may be out of date.",    \
                "Mend the listener where it is weaker than agreed: reissue the certificate, set "  \
                "SSLCAUTH, correct SSLCIPH. Where the deviation is accepted, write that down as "  \
                "a setting of the endpoint (min_rsa_bits, sslcauth, sslpeer, listener_sslciph), "  \
                "not as an endless silence.")                                                      \
        X(PROBE_STALE, "MqtlsProbeStale", "warning",                                               \
                "The endpoint has not been looked at for more than three of its intervals.",       \
                "Whatever is shown of this endpoint is old. A certificate that was exchanged "     \
                "meanwhile, or a listener that refuses, would not be seen.",                       \
                "One endpoint alone: its listener may hang so long that probes wait for their "    \
                "turn. Many: look at the scheduler's lag, the probes in flight and the processor " \
                "time of the daemon; the limits under probing = may not let every endpoint be "    \
                "probed in its interval. A clock that was set back shows in the same way.",        \
                "Raise connecting_max and handshaking_max, or lengthen interval, or divide the "   \
                "endpoints among several daemons (shard). If the daemon does nothing at all "      \
                "although it answers, keep its journal and restart it.")                           \
        X(RESOLVER_FAILING, "MqtlsResolverFailing", "warning",                                     \
                "Host names of endpoints do not resolve on the machine of mqtlsd; the addresses "  \
                "known before are used, and still serve.",                                         \
                "None for MQ by that alone. A queue manager that moves to another address would "  \
                "be looked for at the old one, and after a restart of mqtlsd there is no address " \
                "at all.",                                                                         \
                "Look the names up by hand on that machine (getent hosts NAME), and see its name " \
                "servers (resolvectl status, /etc/resolv.conf). One name alone: its entry may "    \
                "have been removed from the DNS.",                                                 \
                "Repair the resolver of the machine, or the entry in the DNS. Do not act on "      \
                "queue managers because of this alert.")                                           \
        X(CONFIG_RELOAD_FAILED, "MqtlsConfigReloadFailed", "warning",                              \
                "The configuration, or a file that it includes or imports, has mistakes: the "     \
                "daemon goes on with the one before.",                                             \
                "Endpoints that were added or changed since are not looked at, and those that "    \
                "were removed still are. A restart in this state would fail, and then nothing is " \
                "watched at all.",                                                                 \
                "mqtlsd --check-config prints every mistake with file, line and remedy; the "      \
                "journal holds the same (journalctl -u mqtlsd). After an import, the file that "   \
                "was fetched may be cut short or empty.",                                          \
                "Mend what is named, let mqtlsd --check-config confirm it, then systemctl reload " \
                "mqtlsd. Do not restart the daemon before it does.")                               \
        X(STATE_NOT_SAVED, "MqtlsStateNotSaved", "warning",                                        \
                "What the daemon remembers, baselines, accepted changes and the ledger, does not " \
                "reach the disk.",                                                                 \
                "Probing, metrics and alerts go on. After a restart the changes since the last "   \
                "write are forgotten: drift may be taken for the baseline, or be reported again.", \
                "The journal and /api/v1/status say why: the disk is full, the directory is "      \
                "read-only or missing, the disk hangs, another mqtlsd uses the directory, the "    \
                "database is damaged or was written by a newer mqtlsd. See df, ls -ld and fuser "  \
                "-v on the state directory.",                                                      \
                "Free or grow the file system, or give the directory back to the user of the "     \
                "service. The daemon writes what has waited as soon as the disk takes it; do not " \
                "restart it before. A second daemon needs a state directory of its own, and a "    \
                "database of a newer version that version.")                                       \
        X(STATE_DAMAGED, "MqtlsStateDamaged", "warning",                                           \
                "The database in the state directory was damaged; the daemon has set it aside "    \
                "under a dated name and begun a new one.",                                         \
                "Baselines, accepted changes and the ledger from before are no longer known: "     \
                "what is served now has become the baseline, so that a change of the last days "   \
                "may go unnoticed.",                                                               \
                "The journal names the file that was set aside. Look for errors of the disk or "   \
                "the file system (journalctl -k), and for a machine that lost power.",             \
                "Stop the daemon, put the newest backup of the database in the place of the new "  \
                "one, and start it again; or compare what is served with what was agreed, and go " \
                "on with the new one. The alert ends with the next start.")                        \
        X(DAEMON_ABSENT, "MqtlsDaemonAbsent", "critical",                                          \
                "Prometheus does not get metrics from mqtlsd.",                                    \
                "No MQ certificate is being watched while this lasts, and all other alerts of "    \
                "mqtlsd end or stand still for want of data.",                                     \
                "On its machine: systemctl status mqtlsd, journalctl -u mqtlsd, and curl -s "      \
                "http://127.0.0.1:19157/-/healthy. If that answers, the way from Prometheus to "   \
                "it is at fault: http.listen (loopback only by default), firewall, password, "     \
                "TLS, or a target that was renamed; the targets page of Prometheus shows the "     \
                "error.",                                                                          \
                "Start the daemon. If it does not start, mqtlsd --check-config tells why. If the " \
                "job has another name than mqtlsd in Prometheus, write that name into the rule. "  \
                "Until it is back, mqtlsd --once looks at every endpoint by hand.")                \
        X(WEB_CERT_EXPIRING, "MqtlsWebCertExpiring", "warning",                                    \
                "The certificate of mqtlsd's own web server (http.tls) ends soon, has ended, or "  \
                "is not valid yet.",                                                               \
                "From its end on Prometheus cannot scrape, so that no MQ certificate is watched, " \
                "and browsers and calendars refuse the status page.",                              \
                "It is the file that http.tls names. Whoever renews it may have put the new one "  \
                "elsewhere, or left it unreadable to the user of the service; then "               \
                "MqtlsWebFileNotTaken says so as well.",                                           \
                "Renew it in place, with its key: the daemon takes the new files up by itself, "   \
                "without a restart, once both fit together.")                                      \
        X(WEB_FILE_NOT_TAKEN, "MqtlsWebFileNotTaken", "warning",                                   \
                "A file that says who is let in, the web server's certificate, the logins or the " \
                "calendar tokens, was changed and could not be read.",                             \
                "What it said before stays in force: a new login does not work, one that was "     \
                "removed still does, and an old certificate goes on to its end.",                  \
                "The journal (journalctl -u mqtlsd) and /api/v1/status name the file, the line "   \
                "and the mistake. A file that is written in place may have been seen half; it is " \
                "read again when it changes.",                                                     \
                "Mend the file, or its permissions for the user of the service; it is taken up "   \
                "by itself. Write such files under another name and rename them.")

#endif
