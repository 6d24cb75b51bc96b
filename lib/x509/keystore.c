/* SPDX-License-Identifier: MIT */
#include "x509/keystore.h"

#include <assert.h>
#include <errno.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "x509/keystore_internal.h"

enum {
        LABEL_BYTES_SHOWN = 96,
};

static const struct {
        const char *name, *words;
} kinds[] = {
#define X(id, name, words) { name, words },
        KEYSTORE_KIND_TABLE(X)
#undef X
};
_Static_assert(ARRAY_LEN(kinds) == _KEYSTORE_KIND_MAX, "a kind has no words");

const char *keystore_kind_to_string(KeystoreKind kind)
{
        assert((unsigned) kind < _KEYSTORE_KIND_MAX);

        return kinds[kind].name;
}

const char *keystore_kind_words(KeystoreKind kind)
{
        assert((unsigned) kind < _KEYSTORE_KIND_MAX);

        return kinds[kind].words;
}

/* Bytes */

bool keystore_take(CertSpan *rest, size_t n, CertSpan *ret)
{
        if (rest->len < n)
                return false;
        *ret = (CertSpan){ rest->p, n };
        rest->p += n;
        rest->len -= n;
        return true;
}

static bool take_number(CertSpan *rest, size_t n_octets, size_t *ret)
{
        CertSpan octets;
        size_t number = 0;

        if (!keystore_take(rest, n_octets, &octets))
                return false;
        for (size_t i = 0; i < octets.len; i++)
                number = number << 8 | octets.p[i];
        *ret = number;
        return true;
}

bool keystore_take_u16(CertSpan *rest, size_t *ret)
{
        return take_number(rest, 2, ret);
}

bool keystore_take_u32(CertSpan *rest, size_t *ret)
{
        return take_number(rest, 4, ret);
}

bool keystore_is_element(CertSpan bytes, uint8_t tag)
{
        CertSpan content;

        return cert_span_expect(&bytes, tag, &content) && bytes.len == 0;
}

/* Texts */

static int add_warning(Keystore *k, char **text)
{
        k->n_warnings_total++;
        if (k->n_warnings >= KEYSTORE_WARNINGS_MAX)
                return 0;
        if (util_grow(&k->warnings, k->n_warnings, sizeof(*k->warnings)) < 0)
                return -ENOMEM;
        k->warnings[k->n_warnings++] = STEAL(*text);
        return 0;
}

int keystore_warn(KeystoreReader *r, const char *format, ...)
{
        CLEANUP_FREE char *text = NULL;
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                text = NULL;
        va_end(ap);
        return text ? add_warning(r->keystore, &text) : -ENOMEM;
}

int keystore_damaged(KeystoreReader *r, const char *format, ...)
{
        CLEANUP_FREE char *text = NULL;
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                text = NULL;
        va_end(ap);
        if (!text)
                return -ENOMEM;
        return credential_problem(r->ret_problem, -EBADMSG,
                "%s is damaged: %s; copy it again from its source, or restore it from a backup",
                r->path, text);
}

/* Entries */

static void entry_done(KeystoreEntry *e)
{
        free(e->label);
        cert_facts_done(&e->facts);
}

static int warn_unparsable(KeystoreReader *r, const KeystoreRecord *record)
{
        CLEANUP_BUF Buf name = BUF_INIT;

        if (record->has_label) {
                buf_append_str(&name, ", labelled '");
                escape_log(&name, (const char *) record->label.p, record->label.len,
                        LABEL_BYTES_SHOWN);
                buf_append_char(&name, '\'');
        }
        return keystore_warn(r,
                "certificate %zu of %s%s cannot be parsed; look at it with the tool that put it there, "
                "and replace it",
                r->keystore->n_entries + 1, r->path, buf_str(&name));
}

int keystore_set_label(KeystoreEntry *e, CertSpan label)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        assert(!e->label);

        escape_text(&b, label.p, label.len);
        return buf_steal(&b, &e->label);
}

static int fill_entry(const KeystoreRecord *record, KeystoreEntry *e)
{
        e->has_private_key = record->has_private_key;
        e->chain_position = record->chain_position;
        e->is_signer = record->is_trusted || e->facts.is_ca;
        return record->has_label ? keystore_set_label(e, record->label) : 0;
}

int keystore_add(KeystoreReader *r, const KeystoreRecord *record)
{
        Keystore *k = r->keystore;
        KeystoreEntry e = { 0 };
        int q;

        if (k->n_entries >= KEYSTORE_ENTRIES_MAX)
                return credential_problem(r->ret_problem, -EFBIG,
                        "%s holds more than %d certificates; is it the right file?", r->path,
                        KEYSTORE_ENTRIES_MAX);
        if (util_grow(&k->entries, k->n_entries, sizeof(*k->entries)) < 0)
                return -ENOMEM;
        q = cert_facts_from_der(record->der.p, record->der.len, &e.facts);
        if (q < 0)
                return q;
        q = fill_entry(record, &e);
        if (q == 0 && e.facts.faults & CERT_FAULT_UNPARSABLE)
                q = warn_unparsable(r, record);
        if (q < 0) {
                entry_done(&e);
                return q;
        }
        k->entries[k->n_entries++] = e;
        return 0;
}

Keystore *keystore_free(Keystore *k)
{
        if (!k)
                return NULL;
        for (size_t i = 0; i < k->n_entries; i++)
                entry_done(&k->entries[i]);
        for (size_t i = 0; i < k->n_warnings; i++)
                free(k->warnings[i]);
        free(k->by_subject.list);
        free(k->by_label.list);
        free(k->entries);
        free(k->warnings);
        free(k->path);
        free(k);
        return NULL;
}

/* Kinds */

/* The first bytes decide; what people call a file says little: a PKCS#12 file named key.kdb is what
 * queue managers of 9.3 and later work with. */
static int read_kind(KeystoreReader *r)
{
        Keystore *k = r->keystore;
        const CredentialFile file = { .path = r->path,
                .data = (uint8_t *) (uintptr_t) r->data.p,
                .len = r->data.len };

        if (r->data.len == 0)
                return credential_problem(r->ret_problem, -ENODATA,
                        "%s is empty; put a key repository there", r->path);
        if (keystore_is_cms(r->data)) {
                k->kind = KEYSTORE_KIND_CMS;
                return keystore_read_cms(r);
        }
        if (keystore_is_jks(r->data, &k->kind))
                return keystore_read_jks(r);
        if (keystore_is_pkcs12(r->data)) {
                k->kind = KEYSTORE_KIND_PKCS12;
                return keystore_read_pkcs12(r);
        }
        if (keystore_is_der(r->data)) {
                k->kind = KEYSTORE_KIND_DER;
                return keystore_read_der(r);
        }
        if (credential_is_pem(&file)) {
                k->kind = KEYSTORE_KIND_PEM;
                return keystore_read_pem(r);
        }
        return credential_problem(r->ret_problem, -EBADMSG,
                "%s is no key repository of a known kind (PEM, DER, PKCS#12, CMS, JKS, JCEKS); "
                "name the queue manager's key repository, as its SSLKEYR has it",
                r->path);
}

int keystore_parse(const char *path,
        const void *data,
        size_t len,
        const char *passphrase,
        char **ret_problem,
        Keystore **ret)
{
        CLEANUP(keystore_cleanup) Keystore *k = calloc(1, sizeof(*k));
        KeystoreReader r = { .path = path,
                .data = { data, len },
                .passphrase = passphrase,
                .ret_problem = ret_problem,
                .keystore = k };
        int q;

        *ret_problem = NULL;
        if (!k)
                return -ENOMEM;
        if (len > KEYSTORE_FILE_BYTES_MAX)
                return credential_problem(ret_problem, -EFBIG,
                        "%s is larger than %d bytes; is it the right file?", path,
                        KEYSTORE_FILE_BYTES_MAX);
        k->path = strdup(path);
        if (!k->path)
                return -ENOMEM;
        q = read_kind(&r);
        if (q == 0 && k->n_entries == 0 && !k->is_partial)
                q = keystore_warn(&r, "%s holds no certificate; is it the right file?", path);
        if (q == 0)
                q = keystore_index(k);
        ERR_clear_error();
        if (q < 0)
                return q;
        *ret = STEAL(k);
        return 0;
}

int keystore_load(const char *path, const char *passphrase, char **ret_problem, Keystore **ret)
{
        CLEANUP(credential_file_done) CredentialFile file = { 0 };
        CLEANUP_FREE char *found = NULL;
        int r;

        *ret_problem = NULL;
        r = keystore_file_read(path, ret_problem, &found, &file);
        if (r < 0)
                return r;
        return keystore_parse(found, file.data, file.len, passphrase, ret_problem, ret);
}
