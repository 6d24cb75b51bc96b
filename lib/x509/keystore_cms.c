/* SPDX-License-Identifier: MIT */

/*
 * The CMS key database (.kdb) that runmqakm writes, read as far as it is in clear. There is no page
 * of IBM's about its inside; the layout is the one published with FireBurn/KdbTool (KDB_FORMAT.md),
 * and was seen in databases of queue managers. All numbers are big-endian.
 *
 *      0x00  "7H" vv 02           version vv, a database of keys (01: of certificate requests)
 *      0x04  00 00 00 00
 *      0x08  "X509KEY" NUL
 *      0x10  slot size, 4 octets
 *      0x14  number of slots, 4 octets
 *      0x18  salt, 24 octets
 *      0x30  MAC over the header, MAC over everything: 16, 20 or 48 octets each, by version
 *            slots
 *
 *      slot:   type (4) number (4) length (4) record; length (4) label; index; zeros
 *      record: SEQUENCE { INTEGER 1,
 *                         [1] { Certificate }   or
 *                         [2] { SEQUENCE { Certificate, EncryptedPrivateKeyInfo } },
 *                         VisibleString label, BIT STRING flags }
 *      index:  number (4), then blocks of a length (20) and a digest
 *
 * Whether a certificate is a signer's or a personal one is the tag's word: the flags do not tell. The
 * index and the MACs are not needed; the latter want the password.
 */

#include <errno.h>
#include <string.h>

#include "x509/keystore_internal.h"

enum {
        OFFSET_REQUESTS = 3,
        TYPE_KEYS = 0x02,
        TYPE_REQUESTS = 0x01,
        OFFSET_EYE = 8,
        OFFSET_SLOT_SIZE = 16,
        OFFSET_MACS = 48,
        SLOT_HEADER_SIZE = 12,
        SLOT_EMPTY = 0,
        SLOT_RECORD = 1,
        INDEX_NUMBER_SIZE = 4,
        INDEX_DIGEST_SIZE = 20,
        TAG_INTEGER = 0x02,
        TAG_BIT_STRING = 0x03,
        TAG_VISIBLE_STRING = 0x1A,
        TAG_SEQUENCE = 0x30,
        TAG_SIGNER = 0xA1,
        TAG_PERSONAL = 0xA2,
};

static const struct {
        uint8_t version;
        size_t mac_size;
} versions[] = {
        { 3, 16 },
        { 4, 20 },
        { 6, 48 },
};

/* One slot being read, for the words of a warning. */
typedef struct Slot {
        size_t number; /* counted from 1, whatever it says itself */
        CertSpan rest;
} Slot;

bool keystore_is_cms(CertSpan data)
{
        return data.len >= 2 && data.p[0] == '7' && data.p[1] == 'H';
}

static int skip_slot(KeystoreReader *r, const Slot *slot, const char *what, unsigned value)
{
        r->keystore->is_partial = true;
        return keystore_warn(r,
                "slot %zu of %s is skipped: its %s is 0x%02x, which is not known; "
                "list the database with runmqakm to see what it holds",
                slot->number, r->path, what, value);
}

static bool is_zero(CertSpan bytes)
{
        for (size_t i = 0; i < bytes.len; i++)
                if (bytes.p[i] != 0)
                        return false;
        return true;
}

/* [2] { SEQUENCE { Certificate, EncryptedPrivateKeyInfo } }: the certificate, whole. */
static bool take_personal(CertSpan content, CertSpan *ret_certificate)
{
        CertSpan pair, key, inside;
        uint8_t tag;

        return cert_span_expect(&content, TAG_SEQUENCE, &pair) && content.len == 0 &&
                cert_span_next(&pair, &tag, ret_certificate, &inside) && tag == TAG_SEQUENCE &&
                cert_span_next(&pair, &tag, &key, &inside) && tag == TAG_SEQUENCE && pair.len == 0;
}

/* Reads a record's DER. `*ret_tag` is the kind, also where it is not known. */
static bool take_record(CertSpan der, KeystoreRecord *ret, uint8_t *ret_tag)
{
        CertSpan rest, version, whole, content, flags;
        KeystoreRecord record = { .has_label = true };

        if (!cert_span_expect(&der, TAG_SEQUENCE, &rest) || der.len > 0 ||
                !cert_span_expect(&rest, TAG_INTEGER, &version) || version.len != 1 ||
                version.p[0] != 1 || !cert_span_next(&rest, ret_tag, &whole, &content) ||
                !cert_span_expect(&rest, TAG_VISIBLE_STRING, &record.label) ||
                !cert_span_expect(&rest, TAG_BIT_STRING, &flags) || rest.len > 0)
                return false;
        record.der = content;
        record.is_trusted = *ret_tag == TAG_SIGNER;
        record.has_private_key = *ret_tag == TAG_PERSONAL;
        if (record.is_trusted && !keystore_is_element(content, TAG_SEQUENCE))
                return false;
        if (record.has_private_key && !take_personal(content, &record.der))
                return false;
        *ret = record;
        return true;
}

static bool is_ascii(CertSpan text)
{
        for (size_t i = 0; i < text.len; i++)
                if (text.p[i] >= 0x80)
                        return false;
        return true;
}

/* The label stands behind the record once more. Its length counts a NUL in files of some writers,
 * and in those of others it does not. Which code page it has is not known, so beyond ASCII nothing
 * but its length is held against it. */
static bool take_label(CertSpan *rest, CertSpan expected)
{
        CertSpan label;
        size_t len;

        if (!keystore_take_u32(rest, &len) || !keystore_take(rest, len, &label))
                return false;
        if (!is_ascii(expected))
                return true;
        if (label.len == expected.len + 1 && label.p[label.len - 1] == '\0')
                label.len--;
        return label.len == expected.len && memcmp(label.p, expected.p, label.len) == 0;
}

/* The index is nothing that is needed, so an unknown form is worth a word and no more. */
static bool is_known_index(CertSpan rest)
{
        CertSpan number, digest;
        size_t len;

        if (!keystore_take(&rest, INDEX_NUMBER_SIZE, &number))
                return is_zero(rest);
        while (rest.len > 0) {
                CertSpan at = rest;

                if (!keystore_take_u32(&at, &len) || len != INDEX_DIGEST_SIZE ||
                        !keystore_take(&at, len, &digest))
                        break;
                rest = at;
        }
        return is_zero(rest);
}

/* Without a NUL that the label's length may not have counted. */
static CertSpan behind_nul(CertSpan rest)
{
        if (rest.len > 0 && rest.p[0] == '\0')
                rest = (CertSpan){ rest.p + 1, rest.len - 1 };
        return rest;
}

static int read_slot(KeystoreReader *r, Slot *slot)
{
        KeystoreRecord record;
        size_t type, number, len;
        CertSpan der;
        uint8_t tag = 0;

        /* The size of the slot was checked to hold these three. */
        if (!keystore_take_u32(&slot->rest, &type) || !keystore_take_u32(&slot->rest, &number) ||
                !keystore_take_u32(&slot->rest, &len))
                return keystore_damaged(r, "slot %zu ends in its header", slot->number);
        if (type == SLOT_EMPTY && len == 0)
                return 0;
        if (type != SLOT_RECORD)
                return skip_slot(r, slot, "type", (unsigned) type);

        if (!keystore_take(&slot->rest, len, &der))
                return keystore_damaged(r, "slot %zu says that its record has %zu bytes, and has %zu",
                        slot->number, len, slot->rest.len);
        if (!take_record(der, &record, &tag))
                return keystore_damaged(
                        r, "the record in slot %zu contradicts its own lengths", slot->number);
        if (tag != TAG_SIGNER && tag != TAG_PERSONAL)
                return skip_slot(r, slot, "kind of record", tag);
        if (!take_label(&slot->rest, record.label))
                return keystore_damaged(r,
                        "the label in slot %zu is not the one in its record, or runs out of the slot",
                        slot->number);
        if (!is_known_index(slot->rest) && !is_known_index(behind_nul(slot->rest))) {
                int q = keystore_warn(r,
                        "the index in slot %zu of %s has a form that is not known; "
                        "its certificate was read all the same",
                        slot->number, r->path);

                if (q < 0)
                        return q;
        }
        return keystore_add(r, &record);
}

static int refuse_kind(KeystoreReader *r, unsigned type)
{
        if (type == TYPE_REQUESTS)
                return credential_problem(r->ret_problem, -EBADMSG,
                        "%s holds certificate requests (.rdb); name the key database (.kdb) "
                        "beside it",
                        r->path);
        return keystore_damaged(r, "it begins like a CMS key database and does not go on like one");
}

/* Reads the header. `*ret_slots` is what stands behind it. */
static int read_header(KeystoreReader *r, size_t *ret_slot_size, size_t *ret_n, CertSpan *ret_slots)
{
        static const char eye[8] = "X509KEY";
        CertSpan rest = r->data, start, skipped;
        size_t mac_size = 0, slot_size, n;

        if (!keystore_take(&rest, OFFSET_SLOT_SIZE, &start))
                return keystore_damaged(r, "it ends in its header");
        if (start.p[OFFSET_REQUESTS] != TYPE_KEYS ||
                memcmp(start.p + OFFSET_EYE, eye, sizeof(eye)) != 0)
                return refuse_kind(r, start.p[OFFSET_REQUESTS]);
        r->keystore->version = start.p[2];
        for (size_t i = 0; i < ARRAY_LEN(versions); i++)
                if (versions[i].version == start.p[2])
                        mac_size = versions[i].mac_size;
        if (mac_size == 0)
                return credential_problem(r->ret_problem, -ENOTSUP,
                        "%s is a CMS key database of version %u, and only 3, 4 and 6 are known; "
                        "export its certificates to PKCS#12 with runmqakm and name that file",
                        r->path, start.p[2]);
        if (!keystore_take_u32(&rest, &slot_size) || !keystore_take_u32(&rest, &n) ||
                !keystore_take(&rest, OFFSET_MACS - OFFSET_SLOT_SIZE - 8 + 2 * mac_size, &skipped))
                return keystore_damaged(r, "it ends in its header");
        *ret_slot_size = slot_size;
        *ret_n = n;
        *ret_slots = rest;
        return 0;
}

int keystore_read_cms(KeystoreReader *r)
{
        size_t slot_size = 0, n = 0;
        CertSpan rest = { 0 };
        int q = read_header(r, &slot_size, &n, &rest);

        if (q < 0)
                return q;
        if (slot_size < SLOT_HEADER_SIZE || slot_size > KEYSTORE_FILE_BYTES_MAX)
                return keystore_damaged(r, "its header says that a slot has %zu bytes", slot_size);
        if (rest.len % slot_size != 0 || rest.len / slot_size != n)
                return keystore_damaged(r,
                        "its header promises %zu slots of %zu bytes, and %zu bytes stand behind it",
                        n, slot_size, rest.len);
        for (size_t i = 0; i < n; i++) {
                Slot slot = { .number = i + 1 };

                if (!keystore_take(&rest, slot_size, &slot.rest))
                        return keystore_damaged(r, "slot %zu ends early", slot.number);
                q = read_slot(r, &slot);
                if (q < 0)
                        return q;
        }
        return 0;
}
