/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_MODEL_IMPORT_MQSC_INTERNAL_H
#define MQTLS_MODEL_IMPORT_MQSC_INTERNAL_H

/*
 * The state of one MQSC import, shared by the parts of import_mqsc: lines (import_mqsc.c), what commands
 * (import_mqsc_commands.c) and displays (import_mqsc_records.c) leave behind, and what becomes of it
 * (import_mqsc_endpoints.c). Each function reports memory running out in import.no_memory.
 */

#include "model/import_internal.h"
#include "model/mqsc_channels.h"
#include "model/mqsc_display.h"
#include "model/mqsc_lexer.h"
#include "model/mqsc_listeners.h"

enum {
        MQSC_QMGRS_MAX = 1000, /* in one file */
};

typedef struct MqscQmgr {
        char *name; /* NULL: the file does not say */
        bool is_told; /* that one of several listeners was taken */
} MqscQmgr;

/* What one block of NAME(value) cells tells. */
typedef enum MqscRecordKind {
        MQSC_RECORD_NONE,      /* no block is open */
        MQSC_RECORD_UNDECIDED, /* a message was there, its cells are to come */
        MQSC_RECORD_CHANNEL,
        MQSC_RECORD_LISTENER,
        MQSC_RECORD_OTHER,
} MqscRecordKind;

typedef struct MqscRecord {
        MqscRecordKind kind;
        unsigned message; /* 0: none was there */
        unsigned line;
        bool is_status;
        char *name; /* of the channel */
        MqscValues values;
        size_t listener; /* index + 1 */
} MqscRecord;

typedef struct MqscImport {
        Import import;
        MqscText text;
        bool is_output; /* of runmqsc: lines that mean nothing are expected */
        bool is_known;  /* something in the file was MQSC */
        bool has_ended; /* END */
        bool is_echo_told;
        bool is_qmgr_told;

        MqscCommand command;
        MqscRecord record;

        MqscQmgr *qmgrs;
        size_t n_qmgrs;
        size_t qmgr; /* whose definitions come now */
        MqscChannels channels;
        MqscListeners listeners;
} MqscImport;

/* ---- import_mqsc.c ---- */

/* From here on definitions are of the queue manager `name`, if it is a name. */
void import_mqsc_begin_qmgr(MqscImport *m, MqscSpan name);

/* ---- import_mqsc_commands.c ---- */

/* Does the line begin with a word that is the verb of a command? */
bool import_mqsc_is_command(MqscSpan line);

/* Would this change a channel? */
bool import_mqsc_changes_channel(MqscSpan line);

/* Does what m->command says. */
void import_mqsc_execute(MqscImport *m);

/* ---- import_mqsc_records.c ---- */

/* A message says that a block of cells follows; 0: cells without one. Closes the block before. */
void import_mqsc_open_record(MqscImport *m, unsigned message);

/* Reads a line of cells. False if it is none. */
bool import_mqsc_read_cells(MqscImport *m, MqscSpan line);

/* Takes over what a block of cells said, and closes it. */
void import_mqsc_close_record(MqscImport *m);

/* ---- import_mqsc_endpoints.c ---- */

/* All channels become endpoints or are skipped. */
void import_mqsc_conclude(MqscImport *m);

#endif
