/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_STORE_TABLE_H
#define MQTLS_MODEL_STORE_TABLE_H

/*
 * The schema and every statement that is ever run on it. Kinds and events are stored by name, so that
 * a table of the program may grow in the middle; instants are seconds since 1970.
 *
 * A new schema is a new step at the end of the first table. A step that was ever released is never
 * edited: files of every age go through the steps that they lack.
 */

#define STORE_MIGRATION_TABLE(X)                                                                   \
        X(1,                                                                                       \
                "CREATE TABLE endpoint ("                                                          \
                "  name TEXT PRIMARY KEY NOT NULL, first_at INTEGER NOT NULL,"                     \
                "  offer TEXT, target TEXT, mismatch_at INTEGER NOT NULL,"                         \
                "  revision INTEGER NOT NULL) WITHOUT ROWID;"                                      \
                "CREATE TABLE record ("                                                            \
                "  endpoint TEXT NOT NULL, address TEXT NOT NULL,"                                 \
                "  is_present INTEGER NOT NULL, seen_at INTEGER NOT NULL,"                         \
                "  PRIMARY KEY (endpoint, address)) WITHOUT ROWID;"                                \
                "CREATE TABLE baseline ("                                                          \
                "  endpoint TEXT NOT NULL, address TEXT NOT NULL, kind TEXT NOT NULL,"             \
                "  value TEXT NOT NULL, text TEXT, baseline_at INTEGER NOT NULL,"                  \
                "  now_value TEXT, now_text TEXT, now_at INTEGER NOT NULL,"                        \
                "  other_value TEXT, other_text TEXT, other_at INTEGER NOT NULL,"                  \
                "  n_turns INTEGER NOT NULL, n_calm INTEGER NOT NULL,"                             \
                "  mixed_at INTEGER NOT NULL, on_other INTEGER NOT NULL,"                          \
                "  PRIMARY KEY (endpoint, address, kind)) WITHOUT ROWID;"                          \
                "CREATE TABLE change ("                                                            \
                "  id INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT NOT NULL,"                  \
                "  at INTEGER NOT NULL, kind TEXT NOT NULL, event TEXT NOT NULL,"                  \
                "  expected INTEGER NOT NULL, address TEXT,"                                       \
                "  old_text TEXT NOT NULL, new_text TEXT NOT NULL);"                               \
                "CREATE INDEX change_by_endpoint ON change (endpoint, id);"                        \
                "CREATE TABLE tally ("                                                             \
                "  endpoint TEXT NOT NULL, kind TEXT NOT NULL,"                                    \
                "  n INTEGER NOT NULL, last_at INTEGER NOT NULL,"                                  \
                "  PRIMARY KEY (endpoint, kind)) WITHOUT ROWID;"                                   \
                "CREATE TABLE last_facts ("                                                        \
                "  endpoint TEXT PRIMARY KEY NOT NULL, dates_at INTEGER NOT NULL,"                 \
                "  leaf_at INTEGER, presented_at INTEGER, verified_at INTEGER,"                    \
                "  effective_at INTEGER, warning_seconds INTEGER, critical_seconds INTEGER,"       \
                "  last_run_at INTEGER, last_success_at INTEGER) WITHOUT ROWID;"                   \
                "CREATE TABLE expectation ("                                                       \
                "  endpoint TEXT PRIMARY KEY NOT NULL,"                                            \
                "  from_at INTEGER NOT NULL, until_at INTEGER NOT NULL) WITHOUT ROWID;")

#define STORE_STATEMENT_TABLE(X)                                                                   \
        X(LOAD_MEMORIES,                                                                           \
                "SELECT name, first_at, offer, target, mismatch_at, revision FROM endpoint "       \
                "WHERE name BETWEEN ? AND ? ORDER BY name")                                        \
        X(LOAD_RECORDS,                                                                            \
                "SELECT endpoint, address, is_present, seen_at FROM record "                       \
                "WHERE endpoint BETWEEN ? AND ? ORDER BY endpoint, address")                       \
        X(LOAD_TRACKS,                                                                             \
                "SELECT endpoint, address, kind, value, text, baseline_at, now_value, now_text, "  \
                "now_at, other_value, other_text, other_at, n_turns, n_calm, mixed_at, on_other "  \
                "FROM baseline WHERE endpoint BETWEEN ? AND ? ORDER BY endpoint, address, kind")   \
        X(LOAD_FACTS,                                                                              \
                "SELECT endpoint, dates_at, leaf_at, presented_at, verified_at, effective_at, "    \
                "warning_seconds, critical_seconds, last_run_at, last_success_at FROM last_facts " \
                "WHERE endpoint BETWEEN ? AND ? ORDER BY endpoint")                                \
        X(LOAD_TALLIES,                                                                            \
                "SELECT endpoint, kind, n, last_at FROM tally "                                    \
                "WHERE endpoint BETWEEN ? AND ? ORDER BY endpoint, kind")                          \
        X(LOAD_WINDOWS,                                                                            \
                "SELECT endpoint, from_at, until_at FROM expectation "                             \
                "WHERE endpoint BETWEEN ? AND ? ORDER BY endpoint")                                \
        X(GET_REVISION, "SELECT revision FROM endpoint WHERE name = ?")                            \
        X(BUMP_REVISION, "UPDATE endpoint SET revision = revision + 1 WHERE name = ?")             \
        X(PUT_MEMORY,                                                                              \
                "INSERT INTO endpoint (name, first_at, offer, target, mismatch_at, revision) "     \
                "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET "                      \
                "first_at = excluded.first_at, offer = excluded.offer, target = excluded.target, " \
                "mismatch_at = excluded.mismatch_at, revision = excluded.revision")                \
        X(PUT_RECORD,                                                                              \
                "INSERT INTO record (endpoint, address, is_present, seen_at) VALUES (?, ?, ?, ?)") \
        X(PUT_TRACK,                                                                               \
                "INSERT INTO baseline (endpoint, address, kind, value, text, baseline_at, "        \
                "now_value, now_text, now_at, other_value, other_text, other_at, n_turns, n_calm, " \
                "mixed_at, on_other) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")     \
        X(PUT_FACTS,                                                                               \
                "INSERT OR REPLACE INTO last_facts (endpoint, dates_at, leaf_at, presented_at, "   \
                "verified_at, effective_at, warning_seconds, critical_seconds, last_run_at, "      \
                "last_success_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")                          \
        X(PUT_WINDOW,                                                                              \
                "INSERT OR REPLACE INTO expectation (endpoint, from_at, until_at) "                \
                "VALUES (?, ?, ?)")                                                                \
        X(ADD_CHANGE,                                                                              \
                "INSERT INTO change (id, endpoint, at, kind, event, expected, address, old_text, " \
                "new_text) VALUES (max(?, (SELECT coalesce(max(id), 0) + 1 FROM change)), "        \
                "?, ?, ?, ?, ?, ?, ?, ?)")                                                         \
        X(ADD_TALLY,                                                                               \
                "INSERT INTO tally (endpoint, kind, n, last_at) VALUES (?, ?, 1, ?) "              \
                "ON CONFLICT (endpoint, kind) DO UPDATE SET n = n + 1, last_at = excluded.last_at") \
        X(TRIM_ENDPOINT,                                                                           \
                "DELETE FROM change WHERE endpoint = ?1 AND id <= (SELECT id FROM change "         \
                "WHERE endpoint = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)")                         \
        X(TRIM_ALL, "DELETE FROM change WHERE id <= (SELECT max(id) FROM change) - ?")             \
        X(DROP_MEMORY, "DELETE FROM endpoint WHERE name = ?")                                      \
        X(DROP_RECORDS, "DELETE FROM record WHERE endpoint = ?")                                   \
        X(DROP_TRACKS, "DELETE FROM baseline WHERE endpoint = ?")                                  \
        X(DROP_FACTS, "DELETE FROM last_facts WHERE endpoint = ?")                                 \
        X(DROP_TALLIES, "DELETE FROM tally WHERE endpoint = ?")                                    \
        X(DROP_WINDOW, "DELETE FROM expectation WHERE endpoint = ?")                               \
        X(GET_CHANGES,                                                                             \
                "SELECT id, endpoint, at, kind, event, expected, address, old_text, new_text "     \
                "FROM change WHERE id < ? AND (? IS NULL OR kind = ?) ORDER BY id DESC LIMIT ?")   \
        X(GET_CHANGES_OF,                                                                          \
                "SELECT id, endpoint, at, kind, event, expected, address, old_text, new_text "     \
                "FROM change WHERE id < ? AND (? IS NULL OR kind = ?) AND endpoint = ? "           \
                "ORDER BY id DESC LIMIT ?")                                                        \
        X(DATA_VERSION, "PRAGMA data_version")

#endif
