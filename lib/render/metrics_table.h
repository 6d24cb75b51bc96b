/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_METRICS_TABLE_H
#define MQTLS_RENDER_METRICS_TABLE_H

/*
 * Every metric family, in the order of the page. A new metric is a row here, its samples in
 * render_metrics.c and an entry in mqtls-metrics(7). Nothing that changes at a renewal may be a label
 * outside an _info metric: it would start a new series and break every graph.
 *
 *   X(ID, name as the sample bears it, type, unit, labels in order, help)
 *
 * `address` is listed where a family may bear it; it is there only on endpoints of which several
 * addresses are probed.
 */

#define METRICS_ENDPOINT_LABELS "endpoint,qmgr,channel"

#define METRICS_TABLE(X)                                                                           \
        X(ENDPOINT_INFO, "mqtls_endpoint_info", METRIC_INFO, "",                                   \
                METRICS_ENDPOINT_LABELS ",conname,sni,sslciph,sslcauth,depth,contact,group",       \
                "Configuration of the endpoint.")                                                  \
        X(PROBE_SUCCESS, "mqtls_probe_success", METRIC_GAUGE, "", METRICS_ENDPOINT_LABELS,         \
                "Whether the last probe reached the listener, TLS came up and was accepted by "    \
                "it, the chain verified and the policy was met (1) or not (0).")                   \
        X(PROBE_STAGE_SUCCESS, "mqtls_probe_stage_success", METRIC_GAUGE, "",                      \
                METRICS_ENDPOINT_LABELS ",address,stage",                                          \
                "Whether the last probe passed the stage (1) or failed in it (0); absent where "   \
                "it was not reached or not judged.")                                               \
        X(PROBE_FAILURE_INFO, "mqtls_probe_failure_info", METRIC_INFO, "",                         \
                METRICS_ENDPOINT_LABELS ",address,stage,reason,alert,amq",                         \
                "Why the last probe failed, with the TLS alert received and the AMQ message of "   \
                "a partner; present only while failing.")                                          \
        X(PROBES_TOTAL, "mqtls_probes_total", METRIC_COUNTER, "", METRICS_ENDPOINT_LABELS,         \
                "Probes of the endpoint since the daemon started.")                                \
        X(PROBE_FAILURES_TOTAL, "mqtls_probe_failures_total", METRIC_COUNTER, "",                  \
                METRICS_ENDPOINT_LABELS ",stage,reason",                                           \
                "Failed probes of the endpoint since the daemon started, by what was first in "    \
                "the order of the stages.")                                                        \
        X(PROBE_LAST_RUN, "mqtls_probe_last_run_timestamp_seconds", METRIC_GAUGE, "seconds",       \
                METRICS_ENDPOINT_LABELS, "When the last probe ended.")                             \
        X(PROBE_LAST_SUCCESS, "mqtls_probe_last_success_timestamp_seconds", METRIC_GAUGE,          \
                "seconds", METRICS_ENDPOINT_LABELS, "When the last successful probe ended.")       \
        X(PROBE_NEXT_RUN, "mqtls_probe_next_run_timestamp_seconds", METRIC_GAUGE, "seconds",       \
                METRICS_ENDPOINT_LABELS, "When the next probe is due.")                            \
        X(PROBE_INTERVAL, "mqtls_probe_interval_seconds", METRIC_GAUGE, "seconds",                 \
                METRICS_ENDPOINT_LABELS, "Configured time between two probes.")                    \
        X(PROBE_PHASE_DURATION, "mqtls_probe_phase_duration_seconds", METRIC_GAUGE, "seconds",     \
                METRICS_ENDPOINT_LABELS ",address,phase",                                          \
                "How long each phase of the last probe took; absent where it was not reached.")    \
        X(PROBE_DURATION, "mqtls_probe_duration_seconds", METRIC_HISTOGRAM, "seconds", "",         \
                "Duration of probes, over all endpoints.")                                         \
        X(CERT_NOT_AFTER, "mqtls_cert_not_after_timestamp_seconds", METRIC_GAUGE, "seconds",       \
                METRICS_ENDPOINT_LABELS ",address,position,role",                                  \
                "End of validity of each certificate that the listener last presented "            \
                "(position 0 is the leaf).")                                                       \
        X(CERT_NOT_BEFORE, "mqtls_cert_not_before_timestamp_seconds", METRIC_GAUGE, "seconds",     \
                METRICS_ENDPOINT_LABELS ",address,position,role",                                  \
                "Start of validity of each certificate that the listener last presented.")         \
        X(CERT_INFO, "mqtls_cert_info", METRIC_INFO, "",                                           \
                METRICS_ENDPOINT_LABELS                                                            \
                ",address,position,role,subject,issuer,serial,fingerprint_sha256,spki_sha256,"     \
                "key_algorithm,key_size,signature_algorithm,san",                                  \
                "Each certificate that the listener last presented.")                              \
        X(CHAIN_NOT_AFTER, "mqtls_chain_not_after_timestamp_seconds", METRIC_GAUGE, "seconds",     \
                METRICS_ENDPOINT_LABELS ",chain",                                                  \
                "Earliest end of validity over all addresses: of the leaf, of everything "         \
                "presented, of the verified chain, and effective (verified where there is one, "   \
                "else presented); keeps its last good value.")                                     \
        X(CHAIN_VERIFIED, "mqtls_chain_verified", METRIC_GAUGE, "",                                \
                METRICS_ENDPOINT_LABELS ",address",                                                \
                "Whether the chain of the last probe verified against the trust file (1) or "      \
                "not (0); absent where none was sent or no trust file is configured.")             \
        X(POLICY_EXPIRY_WARNING, "mqtls_policy_expiry_warning_seconds", METRIC_GAUGE, "seconds",   \
                METRICS_ENDPOINT_LABELS,                                                           \
                "Time before the effective end of validity at which the warning begins.")          \
        X(POLICY_EXPIRY_CRITICAL, "mqtls_policy_expiry_critical_seconds", METRIC_GAUGE,            \
                "seconds", METRICS_ENDPOINT_LABELS,                                                \
                "Time before the effective end of validity at which it becomes critical.")         \
        X(RENEW_BY, "mqtls_renew_by_timestamp_seconds", METRIC_GAUGE, "seconds",                   \
                METRICS_ENDPOINT_LABELS,                                                           \
                "When the warning for the effective end of validity begins: renew by then.")       \
        X(TLS_INFO, "mqtls_tls_info", METRIC_INFO, "",                                             \
                METRICS_ENDPOINT_LABELS ",address,version,cipher,cipherspec,group,signature",      \
                "What the last probe negotiated.")                                                 \
        X(POLICY_VIOLATION, "mqtls_policy_violation", METRIC_GAUGE, "",                            \
                METRICS_ENDPOINT_LABELS ",rule",                                                   \
                "Whether the last probe found the policy rule broken (1) or not (0), for each "    \
                "rule in force.")                                                                  \
        X(CLIENT_CERT_REQUESTED, "mqtls_client_cert_requested", METRIC_GAUGE, "",                  \
                METRICS_ENDPOINT_LABELS ",address",                                                \
                "Whether the listener asked for a client certificate (1) or not (0) in the last "  \
                "probe. A queue manager's listener always asks.")                                  \
        X(CLIENT_CERT_REQUIRED, "mqtls_client_cert_required", METRIC_GAUGE, "",                    \
                METRICS_ENDPOINT_LABELS ",address",                                                \
                "Whether the listener or its channel refused for want of a client certificate "    \
                "(1) or accepted without one (0); absent where it did not show.")                  \
        X(MQ_INFO, "mqtls_mq_info", METRIC_INFO, "",                                               \
                METRICS_ENDPOINT_LABELS ",qmgr_name,product,fap_level",                            \
                "What the queue manager told of itself at the last look at depth mq; absent "      \
                "where none was made or nobody answered as a queue manager.")                      \
        X(MQ_LAST_RUN, "mqtls_mq_last_run_timestamp_seconds", METRIC_GAUGE, "seconds",             \
                METRICS_ENDPOINT_LABELS, "When the last look at depth mq ended.")                  \
        X(CIPHERSPEC_ACCEPTED, "mqtls_cipherspec_accepted", METRIC_GAUGE, "",                      \
                METRICS_ENDPOINT_LABELS ",cipherspec",                                             \
                "Whether the listener accepted the CipherSpec in the last survey (1) or refused "  \
                "it (0); absent where no survey was made or it did not show.")                     \
        X(SURVEY_LAST_RUN, "mqtls_survey_last_run_timestamp_seconds", METRIC_GAUGE, "seconds",     \
                METRICS_ENDPOINT_LABELS, "When the last survey ended.")                            \
        X(DRIFT, "mqtls_drift", METRIC_GAUGE, "", METRICS_ENDPOINT_LABELS ",kind",                 \
                "Whether what is observed differs from the baseline (1) or not (0), for each "     \
                "kind that has one; stays 1 until it is accepted or the old value returns.")       \
        X(MIXED, "mqtls_mixed", METRIC_GAUGE, "", METRICS_ENDPOINT_LABELS ",kind",                 \
                "Whether two values are served in turn at one address (1) or not (0), for each "   \
                "kind that has ever changed.")                                                     \
        X(CHANGES_TOTAL, "mqtls_changes_total", METRIC_COUNTER, "",                                \
                METRICS_ENDPOINT_LABELS ",kind",                                                   \
                "Entries of the ledger of changes, over restarts, for each kind that has ever "    \
                "changed.")                                                                        \
        X(LAST_CHANGE, "mqtls_last_change_timestamp_seconds", METRIC_GAUGE, "seconds",             \
                METRICS_ENDPOINT_LABELS ",kind",                                                   \
                "When the ledger got its last entry, for each kind that has ever changed.")        \
        X(CHANGE_EXPECTED_UNTIL, "mqtls_change_expected_until_timestamp_seconds", METRIC_GAUGE,    \
                "seconds", METRICS_ENDPOINT_LABELS,                                                \
                "When the announced window ends in which changes are expected; present only "      \
                "while one is announced.")                                                         \
        X(ADDRESSES, "mqtls_addresses", METRIC_GAUGE, "", METRICS_ENDPOINT_LABELS,                 \
                "Addresses of the endpoint that the last probe knew of.")                          \
        X(ADDRESSES_CONSISTENT, "mqtls_addresses_consistent", METRIC_GAUGE, "",                    \
                METRICS_ENDPOINT_LABELS,                                                           \
                "Whether all addresses that answered the last probe presented the same leaf "      \
                "certificate (1) or not (0); absent where none answered, and where one alone of "   \
                "several did.")                                                                    \
        X(SERVED_MATCHES_KEYSTORE, "mqtls_served_matches_keystore", METRIC_GAUGE, "",              \
                METRICS_ENDPOINT_LABELS ",keystore,cert_label",                                    \
                "Whether the listener serves what the key repository of its queue manager holds "  \
                "(1) or another certificate (0), by the leaf that was seen last; absent where "    \
                "either is not known.")                                                            \
        X(KEYSTORE_INFO, "mqtls_keystore_info", METRIC_INFO, "", "keystore,qmgr,path,kind",        \
                "Each key repository that is watched.")                                            \
        X(KEYSTORE_READABLE, "mqtls_keystore_readable", METRIC_GAUGE, "", "keystore",              \
                "Whether the key repository could be read the last time (1) or not (0); what was " \
                "read before stays meanwhile.")                                                    \
        X(KEYSTORE_LAST_READ, "mqtls_keystore_last_read_timestamp_seconds", METRIC_GAUGE,          \
                "seconds", "keystore",                                                             \
                "When the key repository was last looked at, whether or not it had changed.")      \
        X(KEYSTORE_CERT_NOT_AFTER, "mqtls_keystore_cert_not_after_timestamp_seconds",              \
                METRIC_GAUGE, "seconds", "keystore,cert_label,position,role",                      \
                "End of validity of each certificate in the key repository.")                      \
        X(KEYSTORE_POLICY_EXPIRY_WARNING, "mqtls_keystore_policy_expiry_warning_seconds",          \
                METRIC_GAUGE, "seconds", "keystore,cert_label,position,role",                      \
                "Time before its end at which the warning begins, for each certificate that "      \
                "would be served.")                                                                \
        X(KEYSTORE_POLICY_EXPIRY_CRITICAL, "mqtls_keystore_policy_expiry_critical_seconds",        \
                METRIC_GAUGE, "seconds", "keystore,cert_label,position,role",                      \
                "Time before its end at which it becomes critical, for each certificate that "     \
                "would be served.")                                                                \
        X(KEYSTORE_FINDING, "mqtls_keystore_finding", METRIC_GAUGE, "",                            \
                "keystore,cert_label,finding",                                                     \
                "Whether this is wrong with what would be served under the label (1) or not (0), " \
                "and with the stash file.")                                                        \
        X(BUILD_INFO, "mqtls_build_info", METRIC_INFO, "",                                         \
                "version,openssl,libmicrohttpd,systemd,libconfig",                                 \
                "Version of the daemon and of the libraries it runs with.")                        \
        X(CONFIG_RELOAD_SUCCESSFUL, "mqtls_config_last_reload_successful", METRIC_GAUGE, "", "",   \
                "Whether the last attempt to load the configuration succeeded (1) or not (0).")    \
        X(CONFIG_RELOAD_SUCCESS, "mqtls_config_last_reload_success_timestamp_seconds",             \
                METRIC_GAUGE, "seconds", "",                                                       \
                "When the configuration was last loaded successfully.")                            \
        X(DAEMON_FINDING, "mqtls_daemon_finding", METRIC_GAUGE, "", "finding,severity",            \
                "Something is wrong with the daemon itself; present only while it is (1).")        \
        X(WEB_CERT_NOT_AFTER, "mqtls_web_cert_not_after_timestamp_seconds", METRIC_GAUGE,          \
                "seconds", "",                                                                     \
                "End of validity of the certificate that the daemon itself answers HTTPS with; "   \
                "absent without http.tls.")                                                        \
        X(WEB_FILE_RELOAD_SUCCESSFUL, "mqtls_web_file_last_reload_successful", METRIC_GAUGE, "",   \
                "file",                                                                            \
                "Whether the last attempt to read the file that says who is let in succeeded (1) " \
                "or what it said before is still at work (0).")                                    \
        X(WEB_HANDSHAKE_FAILURES_TOTAL, "mqtls_web_handshake_failures_total", METRIC_COUNTER, "",  \
                "",                                                                                \
                "Connections of HTTP clients that sent something and came to no TLS session; "     \
                "absent without http.tls.")                                                        \
        X(WEB_LOGIN_FAILURES_TOTAL, "mqtls_web_login_failures_total", METRIC_COUNTER, "", "",      \
                "Logins of HTTP clients with a wrong name or password; absent without logins.")    \
        X(WEB_LOGINS_THROTTLED_TOTAL, "mqtls_web_logins_throttled_total", METRIC_COUNTER, "", "",  \
                "Logins of HTTP clients that were not looked at, because there were too many; "    \
                "absent without logins.")                                                          \
        X(ENDPOINTS, "mqtls_endpoints", METRIC_GAUGE, "", "",                                      \
                "Endpoints that this daemon takes.")                                               \
        X(SHARD_INFO, "mqtls_shard_info", METRIC_INFO, "", "shard,shards",                         \
                "Which share of the endpoints this daemon takes, and of how many.")                \
        X(PROBES_IN_FLIGHT, "mqtls_probes_in_flight", METRIC_GAUGE, "", "",                        \
                "Probes under way.")                                                               \
        X(SCHEDULER_LAG, "mqtls_scheduler_lag_seconds", METRIC_GAUGE, "seconds", "",               \
                "How late the last probe was started.")                                            \
        X(LOOP_STALL, "mqtls_loop_stall_seconds", METRIC_HISTOGRAM, "seconds", "",                 \
                "How late the event loop noticed a timer.")                                        \
        X(SESSIONS_RESUMED_TOTAL, "mqtls_sessions_resumed_total", METRIC_COUNTER, "", "",          \
                "Probes in which a TLS session was resumed; must stay 0.")                         \
        X(RESOLVER_FAILURES_TOTAL, "mqtls_resolver_failures_total", METRIC_COUNTER, "", "",        \
                "Name look-ups that failed.")                                                      \
        X(STATE_SAVED, "mqtls_state_saved", METRIC_GAUGE, "", "",                                  \
                "Whether changes reach the state directory (1) or are kept in memory until it "    \
                "takes them (0).")                                                                 \
        X(STATE_PROBLEM_INFO, "mqtls_state_problem_info", METRIC_INFO, "", "problem",              \
                "What keeps changes from being saved; present only while they are not.")           \
        X(STATE_LAST_WRITE, "mqtls_state_last_write_timestamp_seconds", METRIC_GAUGE, "seconds",   \
                "", "When the state was last written; absent before the first time.")              \
        X(STATE_WAITING, "mqtls_state_waiting_endpoints", METRIC_GAUGE, "", "",                    \
                "Endpoints with changes that the state directory has not taken yet.")              \
        X(STATE_DAMAGED_TOTAL, "mqtls_state_damaged_total", METRIC_COUNTER, "", "",                \
                "State files that were damaged and set aside since the daemon started.")           \
        X(PROCESS_CPU_SECONDS_TOTAL, "process_cpu_seconds_total", METRIC_COUNTER, "seconds", "",   \
                "Processor time used by the daemon, user and system.")                             \
        X(PROCESS_START_TIME, "process_start_time_seconds", METRIC_GAUGE, "seconds", "",           \
                "When the daemon started.")                                                        \
        X(PROCESS_RESIDENT_MEMORY, "process_resident_memory_bytes", METRIC_GAUGE, "bytes", "",     \
                "Resident memory of the daemon.")                                                  \
        X(PROCESS_VIRTUAL_MEMORY, "process_virtual_memory_bytes", METRIC_GAUGE, "bytes", "",       \
                "Virtual memory of the daemon.")                                                   \
        X(PROCESS_OPEN_FDS, "process_open_fds", METRIC_GAUGE, "", "",                              \
                "File descriptors that the daemon has open.")                                      \
        X(PROCESS_MAX_FDS, "process_max_fds", METRIC_GAUGE, "", "",                                \
                "File descriptors that the daemon may have open.")

#endif
