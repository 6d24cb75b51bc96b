/* SPDX-License-Identifier: MIT */

/*
 * mkpki [-n NOW] OUTDIR [RECIPE]: makes the certificates that a recipe (a file, or the standard
 * input) names, one a line. A line is words KEY=VALUE; a value with blanks stands in double quotes;
 * '#' begins a comment. Issuers stand before what they issue.
 *
 *      name=root ca=yes cn="Example Root" key=rsa2048 days-after=3650
 *      name=qm1 issuer=root cn=QM1 o="Example" key=rsa2048 days-after=30 san=DNS:qm1.example p12=secret
 *
 * For each it writes OUTDIR/NAME.crt, NAME.key (mode 0600), NAME.chain.crt (itself and its issuers
 * without the root, or what chain= names) and, with p12=, NAME.p12. `mkpki -h` lists the keys.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/pki.h"

enum {
        CERTS_MAX = 512,
        LIST_MAX = 64, /* SANs, attributes, members of a chain, of one certificate */
        TEXTS_MAX = 512,
        COUNT_MAX = 1000000,
};

/* One certificate of the recipe, and while its line is read the options it is made from. */
typedef struct Entry {
        char *name;
        struct Entry *issuer;
        PkiCert cert;
} Entry;

typedef struct Maker {
        const char *dir, *recipe;
        unsigned line;
        int64_t now;
        Entry entries[CERTS_MAX];
        size_t n_entries;
} Maker;

typedef struct Line {
        Maker *maker;
        char *name;
        Entry *issuer;
        PkiOptions options;
        PkiAttribute attributes[LIST_MAX];
        PkiSan sans[LIST_MAX];
        Entry *chain[LIST_MAX];
        size_t n_chain;
        bool has_chain;
        char *p12, *label, *passphrase;
        void *texts[TEXTS_MAX]; /* everything allocated for this line */
        size_t n_texts;
        size_t n_words;
} Line;

static void __attribute__((noreturn)) PRINTF_LIKE(2, 3)
fail(const Maker *m, const char *format, ...)
{
        va_list ap;

        fprintf(stderr, "mkpki: %s:%u: ", m->recipe, m->line);
        va_start(ap, format);
        vfprintf(stderr, format, ap);
        va_end(ap);
        fputc('\n', stderr);
        exit(EXIT_FAILURE);
}

static void *keep(Line *l, void *p)
{
        if (!p)
                fail(l->maker, "out of memory");
        if (l->n_texts == TEXTS_MAX)
                fail(l->maker, "too much on one line");
        l->texts[l->n_texts++] = p;
        return p;
}

static Entry *find(const Line *l, const char *key, const char *name)
{
        Maker *m = l->maker;

        for (size_t i = 0; i < m->n_entries; i++)
                if (strcmp(m->entries[i].name, name) == 0)
                        return &m->entries[i];
        fail(m, "%s=%s: no certificate above has that name", key, name);
}

/* Values */

static int64_t parse_number(const Line *l, const char *key, const char *value)
{
        char *end;
        long long n;

        errno = 0;
        n = strtoll(value, &end, 10);
        if (errno != 0 || end == value || *end)
                fail(l->maker, "%s=%s: not a whole number", key, value);
        return n;
}

static size_t parse_count(const Line *l, const char *key, const char *value)
{
        int64_t n = parse_number(l, key, value);

        if (n < 0 || n > COUNT_MAX)
                fail(l->maker, "%s=%s: not a number from 0 to %d", key, value, COUNT_MAX);
        return (size_t) n;
}

static bool parse_bool(const Line *l, const char *key, const char *value)
{
        if (strcmp(value, "yes") == 0)
                return true;
        if (strcmp(value, "no") == 0)
                return false;
        fail(l->maker, "%s=%s: neither yes nor no", key, value);
}

static uint8_t *parse_hex(Line *l, const char *key, const char *hex, size_t *ret_len)
{
        size_t len = strlen(hex) / 2;
        uint8_t *data = keep(l, malloc(len + 1));

        if (strlen(hex) % 2 != 0 || strspn(hex, "0123456789abcdefABCDEF") != 2 * len)
                fail(l->maker, "%s=…%s: not pairs of hexadecimal digits", key, hex);
        for (size_t i = 0; i < len; i++)
                (void) sscanf(hex + 2 * i, "%2hhx", &data[i]);
        *ret_len = len;
        return data;
}

/* "@EPOCH", "utc:BYTES", "gen:BYTES" (as they shall stand in the certificate). */
static PkiTime parse_time(const Line *l, const char *key, const char *value)
{
        if (*value == '@')
                return PKI_AT(parse_number(l, key, value + 1));
        if (strncmp(value, "utc:", 4) == 0)
                return PKI_UTC_RAW(value + 4);
        if (strncmp(value, "gen:", 4) == 0)
                return PKI_GEN_RAW(value + 4);
        fail(l->maker, "%s=%s: neither @SECONDS-SINCE-1970 nor utc:… nor gen:…", key, value);
}

/* "server,client" as OpenSSL writes it; "none" leaves the extension out. */
static const char *parse_usage(Line *l, const char *key, const char *value, int nid)
{
        static const char *const pairs[][2] = { { "server", "serverAuth" },
                { "client", "clientAuth" }, { "any", "anyExtendedKeyUsage" } };
        X509_EXTENSION *extension;
        char *rest, *word, *text;
        size_t size = 2 * strlen(value) + 64;

        if (strcmp(value, "none") == 0)
                return "";
        rest = keep(l, strdup(value));
        text = keep(l, calloc(1, size));
        while ((word = strsep(&rest, ","))) {
                for (size_t i = 0; nid == NID_ext_key_usage && i < ARRAY_LEN(pairs); i++)
                        if (strcmp(word, pairs[i][0]) == 0)
                                word = strcpy(keep(l, malloc(32)), pairs[i][1]);
                if (strlen(text) + strlen(word) + 2 > size)
                        fail(l->maker, "%s=%s: too long", key, value);
                if (*text)
                        strcat(text, ",");
                strcat(text, word);
        }
        extension = X509V3_EXT_nconf_nid(NULL, NULL, nid, text);
        if (!extension)
                fail(l->maker, "%s=%s: OpenSSL knows no such list of usages", key, value);
        X509_EXTENSION_free(extension);
        return text;
}

static void add_attribute(Line *l, PkiAttribute attribute)
{
        if (l->options.n_attributes == LIST_MAX)
                fail(l->maker, "more than %d subject attributes", LIST_MAX);
        l->attributes[l->options.n_attributes++] = attribute;
        l->options.attributes = l->attributes;
}

/* "OID:TYPE:HEX", the type by name or by tag number. */
static void add_subject_hex(Line *l, const char *key, const char *value)
{
        static const struct {
                const char *name;
                int type;
        } types[] = {
                { "utf8", V_ASN1_UTF8STRING },
                { "bmp", V_ASN1_BMPSTRING },
                { "t61", V_ASN1_T61STRING },
                { "printable", V_ASN1_PRINTABLESTRING },
                { "ia5", V_ASN1_IA5STRING },
                { "universal", V_ASN1_UNIVERSALSTRING },
        };
        char *rest = keep(l, strdup(value));
        const char *oid = strsep(&rest, ":"), *type = strsep(&rest, ":");
        PkiAttribute a = { .oid = oid };
        ASN1_OBJECT *object;

        if (!type || !rest)
                fail(l->maker, "%s=%s: not OID:TYPE:HEX", key, value);
        object = OBJ_txt2obj(oid, 0);
        if (!object)
                fail(l->maker, "%s=%s: \"%s\" is no OID", key, value, oid);
        ASN1_OBJECT_free(object);
        for (size_t i = 0; i < ARRAY_LEN(types); i++)
                if (strcmp(type, types[i].name) == 0)
                        a.type = types[i].type;
        if (a.type == 0)
                a.type = (int) parse_number(l, key, type);
        a.data = parse_hex(l, key, rest, &a.len);
        add_attribute(l, a);
}

static void add_san(Line *l, const char *key, const char *value)
{
        static const struct {
                const char *prefix;
                int type;
        } types[] = {
                { "DNS:", GEN_DNS },
                { "email:", GEN_EMAIL },
                { "URI:", GEN_URI },
                { "DN:", GEN_DIRNAME },
                { "other:", GEN_OTHERNAME },
        };
        PkiSan san = { .type = -1 };

        for (size_t i = 0; i < ARRAY_LEN(types); i++)
                if (strncmp(value, types[i].prefix, strlen(types[i].prefix)) == 0) {
                        san.type = types[i].type;
                        san.data = value + strlen(types[i].prefix);
                        san.len = strlen(value) - strlen(types[i].prefix);
                }
        if (strncmp(value, "hex:", 4) == 0) {
                san.type = GEN_DNS;
                san.data = parse_hex(l, key, value + 4, &san.len);
        } else if (strncmp(value, "IP:", 3) == 0) {
                uint8_t *address = keep(l, malloc(16));

                san.type = GEN_IPADD;
                san.data = address;
                if (inet_pton(AF_INET, value + 3, address) == 1)
                        san.len = 4;
                else if (inet_pton(AF_INET6, value + 3, address) == 1)
                        san.len = 16;
                else
                        fail(l->maker, "%s=%s: not an IP address", key, value);
        }
        if (san.type < 0)
                fail(l->maker, "%s=%s: begins with none of DNS: IP: email: URI: DN: other: hex:",
                        key, value);
        if (l->options.n_sans == LIST_MAX)
                fail(l->maker, "more than %d times %s=; try sans=", LIST_MAX, key);
        l->sans[l->options.n_sans++] = san;
        l->options.sans = l->sans;
}

/* Keys: one function each group, called with the word's key and value (kept for the line). */

static void set_identity(Line *l, const char *key, const char *value)
{
        PkiOptions *o = &l->options;

        if (strcmp(key, "name") == 0) {
                if (!*value || strchr(value, '/') || *value == '.')
                        fail(l->maker, "name=%s: not usable as a file name", value);
                l->name = keep(l, strdup(value));
        } else if (strcmp(key, "issuer") == 0) {
                l->issuer = find(l, key, value);
                o->issuer = &l->issuer->cert;
        } else if (strcmp(key, "issuer-name") == 0)
                o->issuer_name = &find(l, key, value)->cert;
        else if (strcmp(key, "sign-key") == 0)
                o->sign_key = find(l, key, value)->cert.key;
        else if (strcmp(key, "damage") == 0)
                o->damage_signature = parse_bool(l, key, value);
        else {
                if (BN_hex2bn(NULL, value) != (int) strlen(value))
                        fail(l->maker, "serial=%s: not hexadecimal", value);
                o->serial_hex = value;
        }
}

static void set_subject(Line *l, const char *key, const char *value)
{
        PkiOptions *o = &l->options;
        size_t n;

        if (strcmp(key, "cn") == 0)
                o->cn = value;
        else if (strcmp(key, "o") == 0)
                o->o = value;
        else if (strcmp(key, "c") == 0)
                o->c = value;
        else if (strcmp(key, "ou") == 0 && !o->ou)
                o->ou = value;
        else if (strcmp(key, "subject-hex") == 0)
                add_subject_hex(l, key, value);
        else if (strcmp(key, "empty-subject") == 0)
                o->empty_subject = parse_bool(l, key, value);
        else if (strcmp(key, "big-subject") == 0) {
                n = parse_count(l, key, value);
                add_attribute(l,
                        (PkiAttribute){ .oid = "OU",
                                .data = memset(keep(l, malloc(n + 1)), 'A', n),
                                .len = n });
        } else
                add_attribute(l,
                        (PkiAttribute){ .oid = strcmp(key, "ou") == 0 ? "OU"
                                                : strcmp(key, "l") == 0 ? "L"
                                                                        : "ST",
                                .data = value,
                                .len = strlen(value) });
}

static void set_dates(Line *l, const char *key, const char *value)
{
        PkiOptions *o = &l->options;
        bool is_seconds = strncmp(key, "seconds", 7) == 0;
        int64_t now = l->maker->now, span;

        if (strcmp(key, "not-before") == 0)
                o->not_before = parse_time(l, key, value);
        else if (strcmp(key, "not-after") == 0)
                o->not_after = parse_time(l, key, value);
        else {
                span = parse_number(l, key, value) * (is_seconds ? 1 : PKI_DAY);
                if (strstr(key, "before"))
                        o->not_before = PKI_AT(now - span);
                else
                        o->not_after = PKI_AT(now + span);
        }
}

static void set_key(Line *l, const char *key, const char *value)
{
        PkiOptions *o = &l->options;

        if (strcmp(key, "key") == 0) {
                if (pki_key_from_string(value, &o->key_kind) < 0)
                        fail(l->maker,
                                "key=%s: none of p256 p384 p521 ed25519 rsa1024 rsa2048 rsa3072 rsa4096",
                                value);
        } else if (strcmp(key, "key-slot") == 0) {
                o->key_slot = (unsigned) parse_count(l, key, value);
                if (o->key_slot < 1 || o->key_slot > 32)
                        fail(l->maker, "key-slot=%s: not a number from 1 to 32", value);
        } else if (strcmp(key, "key-of") == 0)
                o->key = find(l, key, value)->cert.key;
        else {
                if (!EVP_get_digestbyname(value))
                        fail(l->maker, "sign=%s: OpenSSL knows no such digest", value);
                o->digest = value;
        }
}

static void set_extension(Line *l, const char *key, const char *value)
{
        PkiOptions *o = &l->options;

        if (strcmp(key, "ca") == 0)
                o->ca = parse_bool(l, key, value);
        else if (strcmp(key, "ku") == 0)
                o->key_usage = parse_usage(l, key, value, NID_key_usage);
        else if (strcmp(key, "eku") == 0)
                o->ext_key_usage = parse_usage(l, key, value, NID_ext_key_usage);
        else if (strcmp(key, "bc") == 0)
                o->basic_constraints = parse_usage(l, key, value, NID_basic_constraints);
        else if (strcmp(key, "san") == 0)
                add_san(l, key, value);
        else if (strcmp(key, "sans") == 0)
                o->n_filler_sans = parse_count(l, key, value);
        else
                o->no_extensions = parse_bool(l, key, value);
}

static void set_output(Line *l, const char *key, const char *value)
{
        char *copy = keep(l, strdup(value)), *name;

        if (strcmp(key, "p12") == 0)
                l->p12 = copy;
        else if (strcmp(key, "label") == 0)
                l->label = copy;
        else if (strcmp(key, "passphrase") == 0)
                l->passphrase = copy;
        else {
                l->has_chain = true;
                while ((name = strsep(&copy, ","))) {
                        if (!*name)
                                continue;
                        if (l->n_chain == LIST_MAX)
                                fail(l->maker, "chain=: more than %d names", LIST_MAX);
                        l->chain[l->n_chain++] = find(l, key, name);
                }
        }
}

static const struct {
        const char *key;
        void (*set)(Line *l, const char *key, const char *value);
        const char *help;
} keys[] = {
        { "name", set_identity, "names the files; needed" },
        { "issuer", set_identity, "NAME of a certificate above; without it: self-signed" },
        { "issuer-name", set_identity, "NAME whose subject stands as the issuer instead" },
        { "sign-key", set_identity, "NAME whose key signs instead of the issuer's" },
        { "damage", set_identity, "yes: the signature is broken" },
        { "serial", set_identity, "hexadecimal" },
        { "cn", set_subject, "common name" },
        { "o", set_subject, "organization" },
        { "ou", set_subject, "organizational unit; may be repeated" },
        { "c", set_subject, "country" },
        { "l", set_subject, "locality" },
        { "st", set_subject, "state" },
        { "subject-hex", set_subject,
                "OID:TYPE:HEX (utf8 bmp t61 printable ia5 universal); may be repeated" },
        { "empty-subject", set_subject, "yes: no subject at all" },
        { "big-subject", set_subject, "an OU of so many bytes" },
        { "days-before", set_dates, "valid since so many days (1)" },
        { "days-after", set_dates, "valid for so many days yet (365); negative: expired" },
        { "seconds-before", set_dates, "the same in seconds" },
        { "seconds-after", set_dates, "the same in seconds" },
        { "not-before", set_dates, "@SECONDS-SINCE-1970, or raw bytes as utc:… or gen:…" },
        { "not-after", set_dates, "the same" },
        { "key", set_key, "p256 (default) p384 p521 ed25519 rsa1024 rsa2048 rsa3072 rsa4096" },
        { "key-slot", set_key,
                "1 to 32: same kind and slot, same key (RSA without: one for CAs, one for others)" },
        { "key-of", set_key, "NAME whose key this one has too" },
        { "sign", set_key, "sha256 (default), sha1, md5, …" },
        { "ca", set_extension, "yes: an authority" },
        { "ku", set_extension, "key usage as OpenSSL writes it, or none" },
        { "eku", set_extension, "server, client, any, …, or none (default)" },
        { "bc", set_extension, "basic constraints as OpenSSL writes them, or none" },
        { "san", set_extension, "DNS: IP: email: URI: DN: other: or hex: (raw DNS); may be repeated" },
        { "sans", set_extension, "so many more DNS names" },
        { "no-extensions", set_extension, "yes: a version 1 certificate" },
        { "chain", set_output, "NAMEs for NAME.chain.crt behind itself; may be empty" },
        { "p12", set_output, "password: writes NAME.p12 too" },
        { "label", set_output, "friendly name in NAME.p12" },
        { "passphrase", set_output, "encrypts NAME.key" },
};

/* Takes the next word off `*p`; quotes are removed. NULL at the end of the line. */
static char *next_word(Maker *m, char **p)
{
        char *word, *to;
        bool quoted = false;

        *p += strspn(*p, " \t\r\n");
        if (!**p || **p == '#')
                return NULL;
        word = to = *p;
        for (; **p && (quoted || !strchr(" \t\r\n", **p)); (*p)++) {
                if (**p == '"') {
                        quoted = !quoted;
                        continue;
                }
                if (**p == '\\' && (*p)[1])
                        (*p)++;
                *to++ = **p;
        }
        if (quoted)
                fail(m, "a quote is not closed");
        if (**p)
                (*p)++;
        *to = '\0';
        return word;
}

static void take_word(Line *l, char *word)
{
        char *value = strchr(word, '=');

        if (!value)
                fail(l->maker, "\"%s\" is not KEY=VALUE", word);
        *value++ = '\0';
        for (size_t i = 0; i < ARRAY_LEN(keys); i++)
                if (strcmp(word, keys[i].key) == 0) {
                        keys[i].set(l, keys[i].key, value);
                        return;
                }
        fail(l->maker, "%s=: no such key; mkpki -h lists them", word);
}

/* Files */

static void check_written(const Maker *m, const char *path, int r)
{
        if (r < 0)
                fail(m, "cannot write %s: %s", path, strerror(-r));
}

static char *output_path(const Maker *m, const Entry *e, const char *suffix)
{
        char *path;

        if (asprintf(&path, "%s/%s%s", m->dir, e->name, suffix) < 0)
                fail(m, "out of memory");
        return path;
}

/* The certificates to send: itself, then its issuers without the root, or those that were named. */
static size_t collect_chain(const Line *l, Entry *e, const PkiCert **ret)
{
        size_t n = 0;

        ret[n++] = &e->cert;
        for (size_t i = 0; l->has_chain && i < l->n_chain; i++)
                ret[n++] = &l->chain[i]->cert;
        for (Entry *up = e->issuer; !l->has_chain && up && up->issuer; up = up->issuer)
                if (n <= LIST_MAX)
                        ret[n++] = &up->cert;
        return n;
}

static void write_files(const Line *l, Entry *e)
{
        const Maker *m = l->maker;
        CLEANUP_FREE char *crt = output_path(m, e, ".crt");
        CLEANUP_FREE char *key = output_path(m, e, ".key");
        CLEANUP_FREE char *chain_crt = output_path(m, e, ".chain.crt");
        CLEANUP_FREE char *p12 = output_path(m, e, ".p12");
        const PkiCert *chain[LIST_MAX + 1];
        size_t n = collect_chain(l, e, chain);

        check_written(m, crt, pki_write_certs(crt, chain, 1));
        check_written(m, key, pki_write_key(key, &e->cert, l->passphrase));
        check_written(m, chain_crt, pki_write_certs(chain_crt, chain, n));
        if (l->p12)
                check_written(m, p12,
                        pki_write_pkcs12(p12, chain[0], chain + 1, n - 1, l->p12,
                                l->label ? l->label : e->name));
}

static void take_line(Maker *m, char *text)
{
        CLEANUP_FREE Line *l = calloc(1, sizeof(*l));
        Entry *e;
        char *word;

        if (!l)
                fail(m, "out of memory");
        l->maker = m;
        for (; (word = next_word(m, &text)); l->n_words++)
                take_word(l, word);
        if (l->n_words == 0)
                return;
        if (!l->name)
                fail(m, "name= is missing");
        if (m->n_entries == CERTS_MAX)
                fail(m, "more than %d certificates", CERTS_MAX);
        for (size_t i = 0; i < m->n_entries; i++)
                if (strcmp(m->entries[i].name, l->name) == 0)
                        fail(m, "name=%s: stands above already", l->name);
        if (!l->options.not_before.set)
                l->options.not_before = PKI_AT(m->now - PKI_DAY);
        if (!l->options.not_after.set)
                l->options.not_after = PKI_AT(m->now + 365 * PKI_DAY);

        e = &m->entries[m->n_entries++];
        *e = (Entry){ .name = strdup(l->name), .issuer = l->issuer };
        if (!e->name)
                fail(m, "out of memory");
        e->cert = pki_issue(&l->options);
        write_files(l, e);
        while (l->n_texts > 0)
                free(l->texts[--l->n_texts]);
}

static void print_help(void)
{
        printf("mkpki [-n NOW] OUTDIR [RECIPE]\n\nKeys of a recipe's lines:\n");
        for (size_t i = 0; i < ARRAY_LEN(keys); i++)
                printf("  %-15s %s\n", keys[i].key, keys[i].help);
}

static void run(Maker *m, FILE *f)
{
        CLEANUP_FREE char *text = NULL;
        size_t size = 0;

        if (mkdir(m->dir, 0755) < 0 && errno != EEXIST) {
                fprintf(stderr, "mkpki: cannot make directory %s: %s\n", m->dir, strerror(errno));
                exit(EXIT_FAILURE);
        }
        while (getline(&text, &size, f) >= 0) {
                m->line++;
                take_line(m, text);
        }
        for (size_t i = 0; i < m->n_entries; i++) {
                pki_cert_done(&m->entries[i].cert);
                free(m->entries[i].name);
        }
}

int main(int argc, char **argv)
{
        CLEANUP_FREE Maker *m = calloc(1, sizeof(*m));
        FILE *f = stdin;
        int opt;

        if (!m)
                return EXIT_FAILURE;
        m->recipe = "(standard input)";
        m->now = (int64_t) time(NULL);
        while ((opt = getopt(argc, argv, "hn:")) >= 0) {
                if (opt == 'h') {
                        print_help();
                        return EXIT_SUCCESS;
                }
                if (opt != 'n') {
                        fprintf(stderr, "mkpki: try mkpki -h\n");
                        return EXIT_FAILURE;
                }
                m->now = strtoll(optarg, NULL, 10);
        }
        if (argc - optind < 1 || argc - optind > 2) {
                fprintf(stderr, "mkpki: wants OUTDIR and perhaps a RECIPE; try mkpki -h\n");
                return EXIT_FAILURE;
        }
        m->dir = argv[optind];
        if (argc - optind == 2) {
                m->recipe = argv[optind + 1];
                f = fopen(m->recipe, "re");
                if (!f) {
                        fprintf(stderr, "mkpki: cannot open %s: %s\n", m->recipe, strerror(errno));
                        return EXIT_FAILURE;
                }
        }
        run(m, f);
        if (f != stdin)
                (void) fclose(f);
        return EXIT_SUCCESS;
}
