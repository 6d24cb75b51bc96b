/* SPDX-License-Identifier: MIT */

/*
 * Java's own key stores, JKS and JCEKS, as the source of sun.security.provider.JavaKeyStore in
 * OpenJDK describes them. All numbers are big-endian; aliases are "modified UTF-8" after a length
 * of two octets.
 *
 *      magic (4: FEEDFEED JKS, CECECECE JCEKS), version (4: 1 or 2), number of entries (4)
 *      entry:  tag (4), alias, date (8), then by tag
 *         1    length (4) encrypted private key, number (4) of certificates, certificates
 *         2    certificate
 *         3    JCEKS only: a secret key, as Java serializes objects
 *      certificate: in version 2 its type ("X.509", as an alias), then length (4), DER
 *      SHA-1 over the password and all of it (20)
 *
 * Certificates are in clear. The digest wants the password and is not verified.
 */

#include <errno.h>
#include <string.h>

#include "x509/keystore_internal.h"

enum {
        MAGIC_SIZE = 4,
        DATE_SIZE = 8,
        DIGEST_SIZE = 20,
        TAG_PRIVATE_KEY = 1,
        TAG_TRUSTED = 2,
        TAG_SECRET_KEY = 3,
        DER_SEQUENCE = 0x30,
        CHAIN_MAX = 64,
};

static const struct {
        uint8_t magic[MAGIC_SIZE];
        KeystoreKind kind;
} magics[] = {
        { { 0xFE, 0xED, 0xFE, 0xED }, KEYSTORE_KIND_JKS },
        { { 0xCE, 0xCE, 0xCE, 0xCE }, KEYSTORE_KIND_JCEKS },
};

/* One entry being read. */
typedef struct Entry {
        size_t number; /* counted from 1 */
        CertSpan alias;
} Entry;

bool keystore_is_jks(CertSpan data, KeystoreKind *ret_kind)
{
        for (size_t i = 0; i < ARRAY_LEN(magics); i++)
                if (data.len >= MAGIC_SIZE && memcmp(data.p, magics[i].magic, MAGIC_SIZE) == 0) {
                        *ret_kind = magics[i].kind;
                        return true;
                }
        return false;
}

static bool take_text(CertSpan *rest, CertSpan *ret)
{
        size_t len;

        return keystore_take_u16(rest, &len) && keystore_take(rest, len, ret);
}

static int ends_early(KeystoreReader *r, const Entry *e)
{
        return keystore_damaged(r, "entry %zu says that it is longer than the file", e->number);
}

static int read_cert(KeystoreReader *r, CertSpan *rest, const Entry *e, KeystoreRecord record)
{
        static const char x509[] = "X.509", x509_old[] = "X509";
        CertSpan type = { (const uint8_t *) x509, sizeof(x509) - 1 };
        size_t len;

        if (r->keystore->version >= 2 && !take_text(rest, &type))
                return ends_early(r, e);
        if (!keystore_take_u32(rest, &len) || !keystore_take(rest, len, &record.der))
                return ends_early(r, e);
        if ((type.len != sizeof(x509) - 1 || memcmp(type.p, x509, type.len) != 0) &&
                (type.len != sizeof(x509_old) - 1 || memcmp(type.p, x509_old, type.len) != 0)) {
                r->keystore->is_partial = true;
                return keystore_warn(r,
                        "a certificate in entry %zu of %s is not X.509 and is skipped; "
                        "list the key store with keytool to see what it holds",
                        e->number, r->path);
        }
        if (!keystore_is_element(record.der, DER_SEQUENCE))
                return keystore_damaged(
                        r, "a certificate in entry %zu contradicts its own length", e->number);
        return keystore_add(r, &record);
}

static int read_private_key(KeystoreReader *r, CertSpan *rest, const Entry *e)
{
        size_t len, n;
        CertSpan key;

        if (!keystore_take_u32(rest, &len) || !keystore_take(rest, len, &key) ||
                !keystore_take_u32(rest, &n))
                return ends_early(r, e);
        if (n > CHAIN_MAX)
                return keystore_damaged(
                        r, "entry %zu says that it has %zu certificates", e->number, n);
        for (size_t i = 0; i < n; i++) {
                int q = read_cert(r, rest, e,
                        (KeystoreRecord){ .has_label = true,
                                .label = e->alias,
                                .has_private_key = i == 0,
                                .chain_position = (unsigned) i });

                if (q < 0)
                        return q;
        }
        if (n == 0)
                return keystore_warn(r,
                        "entry %zu of %s is a private key without a certificate; "
                        "receive the certificate into it, or delete it",
                        e->number, r->path);
        return 0;
}

/* Nothing says how long a secret key is, short of reading Java's serialized objects. */
static int stop_at_secret_key(KeystoreReader *r, const Entry *e, size_t n_entries)
{
        r->keystore->is_partial = true;
        return keystore_warn(r,
                "entry %zu of %zu in %s is a secret key, and neither it nor what stands behind it "
                "can be read; keep secret keys in a key store of their own, or name a PKCS#12 copy",
                e->number, n_entries, r->path);
}

static int read_entries(KeystoreReader *r, CertSpan rest, size_t n_entries)
{
        for (size_t i = 0; i < n_entries; i++) {
                Entry e = { .number = i + 1 };
                CertSpan date;
                size_t tag;
                int q;

                if (!keystore_take_u32(&rest, &tag) || !take_text(&rest, &e.alias) ||
                        !keystore_take(&rest, DATE_SIZE, &date))
                        return ends_early(r, &e);
                if (tag == TAG_SECRET_KEY && r->keystore->kind == KEYSTORE_KIND_JCEKS)
                        return stop_at_secret_key(r, &e, n_entries);
                if (tag == TAG_PRIVATE_KEY)
                        q = read_private_key(r, &rest, &e);
                else if (tag == TAG_TRUSTED)
                        q = read_cert(r, &rest, &e,
                                (KeystoreRecord){ .has_label = true,
                                        .label = e.alias,
                                        .is_trusted = true });
                else
                        q = keystore_damaged(r, "entry %zu is of the unknown kind %zu", e.number, tag);
                if (q < 0)
                        return q;
        }
        if (rest.len > 0)
                return keystore_damaged(r, "%zu bytes stand behind its last entry", rest.len);
        return 0;
}

int keystore_read_jks(KeystoreReader *r)
{
        CertSpan rest = r->data, magic;
        size_t version, n;

        if (!keystore_take(&rest, MAGIC_SIZE, &magic) || !keystore_take_u32(&rest, &version) ||
                !keystore_take_u32(&rest, &n) || rest.len < DIGEST_SIZE)
                return keystore_damaged(r, "it ends in its header");
        if (version != 1 && version != 2)
                return credential_problem(r->ret_problem, -ENOTSUP,
                        "%s is a Java key store of version %zu, and only 1 and 2 are known; convert "
                        "it to PKCS#12 with keytool -importkeystore and name that file",
                        r->path, version);
        r->keystore->version = (unsigned) version;
        rest.len -= DIGEST_SIZE;
        return read_entries(r, rest, n);
}
