/* SPDX-License-Identifier: MIT */
#include "daemon/options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

#ifndef DEFAULT_CONFIG_PATH
#error "DEFAULT_CONFIG_PATH comes from the build"
#endif

typedef enum OptionKind {
        KIND_MODE,   /* chooses what to do; its argument, if any, is stored as well */
        KIND_TEXT,   /* the argument is stored */
        KIND_FLAG,   /* true is stored */
        KIND_FORMAT,
} OptionKind;

/* The modes that an option goes with. */
enum {
        IN_RUN = 1 << OPTIONS_RUN,
        IN_CHECK = 1 << OPTIONS_CHECK_CONFIG,
        IN_ONCE = 1 << OPTIONS_ONCE,
        IN_PROBE = 1 << OPTIONS_PROBE,
        IN_DUMP = 1 << OPTIONS_DUMP,
        IN_INTEROP = 1 << OPTIONS_INTEROP,
        IN_ACCEPT = 1 << OPTIONS_ACCEPT,
        IN_EXPECT = 1 << OPTIONS_EXPECT,
        IN_ALL = (1 << _OPTIONS_MODE_MAX) - 1,
};

typedef struct OptionRow {
        const char *name;
        char letter; /* 0: none */
        const char *argument; /* NULL: takes none; of two words: a second one follows it */
        OptionKind kind;
        OptionsMode mode; /* of KIND_MODE */
        unsigned modes;   /* bits of IN_ */
        size_t offset;    /* in Options; 0: nothing is stored */
        const char *help; /* NULL: not shown */
} OptionRow;

#define AT(field) offsetof(Options, field)

static const OptionRow option_rows[] = {
        {"config", 'c', "FILE", KIND_TEXT, 0, IN_RUN | IN_CHECK | IN_ONCE | IN_ACCEPT | IN_EXPECT,
                AT(config_path),
                "the configuration (default: " DEFAULT_CONFIG_PATH ")"},
        {"check-config", 0, NULL, KIND_MODE, OPTIONS_CHECK_CONFIG, IN_ALL, 0,
                "read all that a start would read, tell every mistake"},
        {"once", 0, NULL, KIND_MODE, OPTIONS_ONCE, IN_ALL, 0,
                "probe each endpoint once, print the verdicts, stop"},
        {"endpoint", 0, "GLOB", KIND_TEXT, 0, IN_ONCE, AT(endpoint_glob),
                "with --once: only endpoints with such a name"},
        {"format", 0, "FORMAT", KIND_FORMAT, 0, IN_ONCE | IN_PROBE | IN_DUMP | IN_INTEROP, 0,
                "text (default), json, metrics or nagios"},
        {"probe", 0, "CONNAME", KIND_MODE, OPTIONS_PROBE, IN_ALL, AT(probe.conname),
                "look at one listener, without a configuration"},
        {"channel", 0, "NAME", KIND_TEXT, 0, IN_PROBE, AT(probe.channel),
                "the channel (default: SYSTEM.DEF.SVRCONN)"},
        {"sslciph", 0, "SPEC", KIND_TEXT, 0, IN_PROBE, AT(probe.sslciph),
                "what to offer (default: ANY_TLS12_OR_HIGHER)"},
        {"listener-sslciph", 0, "SPEC", KIND_TEXT, 0, IN_PROBE, AT(probe.listener_sslciph),
                "what to judge by (default: as --sslciph)"},
        {"sslpeer", 0, "NAME", KIND_TEXT, 0, IN_PROBE, AT(probe.sslpeer),
                "what the listener's certificate must match"},
        {"trust", 0, "FILE", KIND_TEXT, 0, IN_PROBE, AT(probe.trust),
                "certificates to believe"},
        {"identity", 0, "FILE", KIND_TEXT, 0, IN_PROBE, AT(probe.identity),
                "client certificate with its key, PEM or PKCS#12"},
        {"identity-passphrase-file", 0, "FILE", KIND_TEXT, 0, IN_PROBE,
                AT(probe.identity_passphrase_file), "its passphrase"},
        {"sni", 0, "MODE", KIND_TEXT, 0, IN_PROBE, AT(probe.sni),
                "channel (default), hostname, none, or a name"},
        {"timeout", 0, "SPAN", KIND_TEXT, 0, IN_PROBE, AT(probe.timeout),
                "for the whole of it, such as 10s"},
        {"all-addresses", 0, NULL, KIND_FLAG, 0, IN_PROBE, AT(probe.all_addresses),
                "every address, not the first that answers"},
        {"depth", 0, "DEPTH", KIND_TEXT, 0, IN_PROBE, AT(probe.depth),
                "tls (default), or mq: name the channel, too"},
        {"dump", 0, "TABLE", KIND_MODE, OPTIONS_DUMP, IN_ALL, AT(table),
                "a table of the program, such as metrics or alerts"},
        {"interop", 0, "LEFT RIGHT", KIND_MODE, OPTIONS_INTEROP, IN_ALL, AT(interop_left),
                "how SSLCIPH LEFT meets a channel that says RIGHT"},
        {"accept", 0, "ENDPOINT", KIND_MODE, OPTIONS_ACCEPT, IN_ALL, AT(endpoint),
                "take what is seen now as the baseline"},
        {"kind", 0, "KIND", KIND_TEXT, 0, IN_ACCEPT, AT(kind),
                "with --accept: only this kind, such as cipher"},
        {"expect", 0, "ENDPOINT SPAN", KIND_MODE, OPTIONS_EXPECT, IN_ALL, AT(endpoint),
                "changes in the next SPAN raise no alarm; 0: they do"},
        {"verbose", 'v', NULL, KIND_FLAG, 0, IN_ALL, AT(verbose), "log more"},
        {"version", 0, NULL, KIND_MODE, OPTIONS_VERSION, IN_ALL, 0,
                "print the version, and those of the libraries"},
        {"help", 'h', NULL, KIND_MODE, OPTIONS_HELP, IN_ALL, 0, "print this"},
};

enum {
        N_OPTIONS = ARRAY_LEN(option_rows),
        LONG_OPTION_BASE = 256, /* getopt's values for long options, clear of all letters */
        HELP_COLUMN = 28,
};

static const struct {
        const char *name;
        unsigned modes;
} formats[_OUTPUT_FORMAT_MAX] = {
        [FORMAT_TEXT] = {"text", IN_ONCE | IN_PROBE | IN_DUMP | IN_INTEROP},
        [FORMAT_JSON] = {"json", IN_ONCE | IN_PROBE | IN_DUMP | IN_INTEROP},
        [FORMAT_METRICS] = {"metrics", IN_ONCE | IN_PROBE},
        [FORMAT_NAGIOS] = {"nagios", IN_ONCE},
};

static const char *const mode_names[_OPTIONS_MODE_MAX] = {
        [OPTIONS_RUN] = "the daemon",
        [OPTIONS_CHECK_CONFIG] = "--check-config",
        [OPTIONS_ONCE] = "--once",
        [OPTIONS_PROBE] = "--probe",
        [OPTIONS_DUMP] = "--dump",
        [OPTIONS_INTEROP] = "--interop",
        [OPTIONS_ACCEPT] = "--accept",
        [OPTIONS_EXPECT] = "--expect",
        [OPTIONS_VERSION] = "--version",
        [OPTIONS_HELP] = "--help",
};

/* Those whose option is followed by a second word, and where it goes. */
static const struct {
        size_t offset;
        const char *problem;
} second_words[_OPTIONS_MODE_MAX] = {
        [OPTIONS_INTEROP] = {AT(interop_right),
                "--interop needs two values: the SSLCIPH of the initiator, and that of the accepting "
                "channel"},
        [OPTIONS_EXPECT] = {AT(span),
                "--expect needs two values: the name of an endpoint, and a span such as 4h"},
};

/* What is being read, beside the result. */
typedef struct Parser {
        Options options;
        bool given[N_OPTIONS];
        char *problem;
} Parser;

static PRINTF_LIKE(2, 3) int complain(Parser *p, const char *format, ...)
{
        char *text = NULL;
        va_list ap;
        int n;

        va_start(ap, format);
        n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0)
                return -ENOMEM;

        free(p->problem);
        p->problem = text;
        return -EINVAL;
}

static int take_mode(Parser *p, const OptionRow *row)
{
        OptionsMode *mode = &p->options.mode;

        if (*mode != OPTIONS_RUN && *mode != row->mode)
                return complain(p, "%s and --%s do not go together", mode_names[*mode], row->name);
        *mode = row->mode;
        return 0;
}

static int take_format(Parser *p, const char *argument)
{
        for (int f = 0; f < _OUTPUT_FORMAT_MAX; f++)
                if (strcmp(formats[f].name, argument) == 0) {
                        p->options.format = (OutputFormat) f;
                        return 0;
                }
        return complain(p, "--format=%s is unknown; choose text, json, metrics or nagios", argument);
}

static int take_option(Parser *p, size_t index, const char *argument)
{
        const OptionRow *row = &option_rows[index];
        char *field = (char *) &p->options + row->offset;
        const char *text = argument ? argument : "";
        const bool yes = true;

        p->given[index] = true;
        if (row->offset > 0 && argument)
                memcpy(field, &argument, sizeof(argument));

        switch (row->kind) {
        case KIND_MODE:
                return take_mode(p, row);
        case KIND_TEXT:
                return 0;
        case KIND_FLAG:
                memcpy(field, &yes, sizeof(yes));
                return 0;
        case KIND_FORMAT:
        default:
                return take_format(p, text);
        }
}

/* An option of another mode is a misunderstanding, and not to be passed over. */
static int check_together(Parser *p)
{
        OptionsMode mode = p->options.mode;

        if (mode == OPTIONS_HELP || mode == OPTIONS_VERSION)
                return 0;

        for (size_t i = 0; i < N_OPTIONS; i++)
                if (p->given[i] && !(option_rows[i].modes & 1U << mode))
                        return complain(p, "--%s does not go with %s", option_rows[i].name,
                                mode_names[mode]);

        if (p->options.format != FORMAT_TEXT && !(formats[p->options.format].modes & 1U << mode))
                return complain(p, "--format=%s does not go with %s",
                        formats[p->options.format].name, mode_names[mode]);
        return 0;
}

/* What stands on the line beside the options: the second value of some, and nothing else. */
static int take_words(Parser *p, int n, char **words)
{
        size_t offset = second_words[p->options.mode].offset;

        if (offset > 0 && n == 0)
                return complain(p, "%s", second_words[p->options.mode].problem);
        if (offset > 0) {
                memcpy((char *) &p->options + offset, words, sizeof(*words));
                words++;
                n--;
        }
        if (n > 0)
                return complain(p, "\"%s\" is no option; see mqtlsd --help", *words);
        return 0;
}

/* The leading ':' lets getopt tell a missing argument from an unknown option. */
static void fill_getopt(struct option *long_options, char *letters)
{
        *letters++ = ':';
        for (size_t i = 0; i < N_OPTIONS; i++) {
                long_options[i] = (struct option){
                        .name = option_rows[i].name,
                        .has_arg = option_rows[i].argument ? required_argument : no_argument,
                        .val = (int) i + LONG_OPTION_BASE,
                };
                if (!option_rows[i].letter)
                        continue;
                *letters++ = option_rows[i].letter;
                if (option_rows[i].argument)
                        *letters++ = ':';
        }
        long_options[N_OPTIONS] = (struct option){0};
        *letters = '\0';
}

/* The row of what getopt found; N_OPTIONS if none. */
static size_t row_of(int value)
{
        if (value >= LONG_OPTION_BASE)
                return (size_t) (value - LONG_OPTION_BASE);
        for (size_t i = 0; i < N_OPTIONS; i++)
                if (option_rows[i].letter && option_rows[i].letter == value)
                        return i;
        return N_OPTIONS;
}

static int parse(int argc, char **argv, Parser *p)
{
        struct option long_options[N_OPTIONS + 1];
        char letters[2 * N_OPTIONS + 2];
        int value, r;

        fill_getopt(long_options, letters);
        optind = 0; /* glibc: begin anew, for this may be called again */
        opterr = 0;
        while ((value = getopt_long(argc, argv, letters, long_options, NULL)) >= 0) {
                size_t index = row_of(value);

                if (value == ':')
                        return complain(p, "%s needs a value; see mqtlsd --help", argv[optind - 1]);
                if (value == '?' && optopt > 0 && optopt < LONG_OPTION_BASE)
                        return complain(p, "-%c is unknown; see mqtlsd --help", optopt);
                if (index >= N_OPTIONS && optopt >= LONG_OPTION_BASE)
                        return complain(p, "%s takes no value", argv[optind - 1]);
                if (index >= N_OPTIONS)
                        return complain(p, "%s is unknown; see mqtlsd --help", argv[optind - 1]);

                r = take_option(p, index, optarg);
                if (r < 0)
                        return r;
        }

        r = take_words(p, argc - optind, argv + optind);
        return r < 0 ? r : check_together(p);
}

int options_parse(int argc, char **argv, Options *ret, char **ret_problem)
{
        Parser p = {.options = {.config_path = DEFAULT_CONFIG_PATH}};
        int r;

        assert(argv);
        assert(ret);
        assert(ret_problem);

        r = parse(argc, argv, &p);
        if (r < 0) {
                *ret_problem = p.problem;
                return r;
        }
        *ret = p.options;
        return 0;
}

static void append_row_help(const OptionRow *row, Buf *b)
{
        CLEANUP_BUF Buf option = BUF_INIT;

        if (row->letter)
                buf_appendf(&option, "  -%c, --%s", row->letter, row->name);
        else
                buf_appendf(&option, "      --%s", row->name);
        if (row->argument)
                buf_appendf(&option, strchr(row->argument, ' ') ? " %s" : "=%s", row->argument);

        /* One that is too long for its column stands on a line of its own. */
        if (option.len >= HELP_COLUMN)
                buf_appendf(b, "%s\n%-*s%s\n", buf_str(&option), HELP_COLUMN, "", row->help);
        else
                buf_appendf(b, "%-*s%s\n", HELP_COLUMN, buf_str(&option), row->help);
}

static void append_rows_help(Buf *b, bool of_probe)
{
        for (size_t i = 0; i < N_OPTIONS; i++)
                if (option_rows[i].help && (option_rows[i].modes == IN_PROBE) == of_probe)
                        append_row_help(&option_rows[i], b);
}

void options_help(Buf *b)
{
        assert(b);

        buf_append_str(b,
                "Usage: mqtlsd [-c FILE]\n"
                "       mqtlsd --check-config [-c FILE]\n"
                "       mqtlsd --once [-c FILE] [--endpoint=GLOB] [--format=FORMAT]\n"
                "       mqtlsd --probe='HOST(PORT)' [--channel=NAME] [--sslciph=SPEC] [...]\n"
                "       mqtlsd --accept ENDPOINT [--kind=KIND] [-c FILE]\n"
                "       mqtlsd --expect ENDPOINT SPAN [-c FILE]\n"
                "       mqtlsd --interop LEFT RIGHT [--format=text|json]\n"
                "       mqtlsd --dump=TABLE [--format=text|json]\n"
                "\n"
                "Handshakes IBM MQ channel endpoints as a partner would, and exports what it saw.\n"
                "\n");
        append_rows_help(b, false);
        buf_append_str(b, "\nWith --probe:\n");
        append_rows_help(b, true);
        buf_append_str(b, "\nExit status of --once and --probe: 0 all good, 1 warning, 2 critical,\n"
                          "3 could not run; of --interop: 0 works, 1 may fail, 2 fails, 3 could not\n"
                          "run; of --accept and --expect: 0 done, 3 could not run.\n"
                          "See mqtlsd(8) and mqtlsd.conf(5).\n");
}
