/* SPDX-License-Identifier: MIT */
#include "render/page_query.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "render/view.h"

enum {
        PAGE_MAX = 1000000,
        WORD_MAX = 128, /* bytes of one word that is searched for; the rest is not looked at */
};

#define PAGE_QUERY_NAME(name) [PAGE_QUERY_##name] = #name,
static const char *const names[] = {PAGE_QUERY_TABLE(PAGE_QUERY_NAME)};
#undef PAGE_QUERY_NAME

const char *page_query_name(PageQueryField field)
{
        assert(field < _PAGE_QUERY_MAX);

        return names[field];
}

const char *page_query_get(const PageQuery *q, PageQueryField field)
{
        assert(q);
        assert(field < _PAGE_QUERY_MAX);

        return q->values[field] && *q->values[field] ? q->values[field] : NULL;
}

bool page_query_is_narrow(const PageQuery *q)
{
        for (int f = 0; f < _PAGE_QUERY_MAX; f++)
                if (f != PAGE_QUERY_page && page_query_get(q, (PageQueryField) f))
                        return true;
        return false;
}

size_t page_query_page(const PageQuery *q)
{
        const char *text = page_query_get(q, PAGE_QUERY_page);
        size_t n = 0;

        for (; text && *text >= '0' && *text <= '9' && n < PAGE_MAX; text++)
                n = n * 10 + (size_t) (*text - '0');
        return text && *text == '\0' && n > 0 ? n : 1;
}

void page_query_append(Buf *b, const PageQuery *q, PageQueryField field, const char *value)
{
        bool first = true;

        assert(b);

        for (int f = 0; f < _PAGE_QUERY_MAX; f++) {
                const char *text = f == (int) field ? value : page_query_get(q, (PageQueryField) f);

                if (!text || !*text || (f == PAGE_QUERY_page && field != PAGE_QUERY_page))
                        continue;
                buf_append_str(b, first ? "?" : "&amp;");
                buf_append_str(b, names[f]);
                buf_append_char(b, '=');
                escape_url(b, text, strlen(text));
                first = false;
        }
        if (first)
                buf_append_str(b, "./");
}

/* ---- does it fit? ---- */

static bool is_same(const char *asked, const char *value)
{
        return !asked || strcmp(asked, value ? value : "") == 0;
}

static char lower(char c)
{
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

/* strcasestr() takes ten times as long, and this is asked some hundred thousand times for one
 * search among 3,000 endpoints. `word` is in small letters and not empty. */
static bool holds(const char *text, const char *word)
{
        for (; text && *text; text++) {
                size_t i = 0;

                while (word[i] && lower(text[i]) == word[i])
                        i++;
                if (!word[i])
                        return true;
        }
        return false;
}

static bool chain_holds(const ChainFacts *chain, const char *word)
{
        for (size_t i = 0; chain && i < chain->n_certs; i++) {
                const CertFacts *c = &chain->certs[i].facts;

                if (holds(c->subject_mq, word) || holds(c->issuer_mq, word) ||
                        holds(c->serial, word))
                        return true;
                for (size_t k = 0; k < c->n_sans; k++)
                        if (holds(c->sans[k], word))
                                return true;
        }
        return false;
}

static bool observation_holds(const Observation *o, const char *word)
{
        for (size_t i = 0; o && i < o->n_addresses; i++) {
                const AddressObservation *a = &o->addresses[i];

                if (holds(a->address, word) || holds(a->tls.cipher_name, word) ||
                        holds(view_cipherspec(&a->tls), word) || chain_holds(a->chain, word))
                        return true;
        }
        return false;
}

static bool finding_holds(const Endpoint *e, const char *word)
{
        for (size_t i = 0; e->assessment && i < e->assessment->n_findings; i++) {
                const DiagnosisInfo *info = diagnosis_info(e->assessment->findings[i].diagnosis);

                if (holds(info->reason, word) || holds(info->amq_initiator, word) ||
                        holds(info->amq_qmgr, word) || holds(info->csqx, word))
                        return true;
        }
        return false;
}

static bool endpoint_holds(const Endpoint *e, const char *word)
{
        const EndpointConfig *c = e->config;

        return holds(c->name, word) || holds(c->qmgr, word) || holds(c->channel, word) ||
               holds(c->conname, word) || holds(c->contact, word) || holds(c->group, word) ||
               holds(c->note, word) || holds(view_message(e), word) || finding_holds(e, word) ||
               holds(e->mq.facts.qmgr_name, word) || holds(e->mq.facts.product, word) ||
               observation_holds(e->observation, word);
}

static bool has_all_words(const Endpoint *e, const char *words)
{
        char word[WORD_MAX + 1];

        while (words && *(words += strspn(words, " \t\r\n"))) {
                size_t len = strcspn(words, " \t\r\n"), kept = MIN_OF(len, (size_t) WORD_MAX);

                for (size_t i = 0; i < kept; i++)
                        word[i] = lower(words[i]);
                word[kept] = '\0';
                if (!endpoint_holds(e, word))
                        return false;
                words += len;
        }
        return true;
}

static bool has_drift(const Endpoint *e, const char *asked)
{
        DriftKind kind = _DRIFT_KIND_MAX;

        if (!asked)
                return true;
        if (strcmp(asked, "open") == 0)
                return view_has_drift(e);

        kind = drift_kind_from_string(asked);
        return kind != _DRIFT_KIND_MAX && view_has_drift_of(e, kind);
}

static bool has_suite(const Endpoint *e, const char *asked)
{
        CLEANUP_BUF Buf suite = BUF_INIT;
        const AddressObservation *speaker = NULL;

        if (!asked)
                return true;

        speaker = view_speaker(e);
        if (!speaker || speaker->tls.version == 0)
                return strcmp(asked, "none") == 0;

        view_append_suite(&speaker->tls, &suite);
        return strcmp(buf_str(&suite), asked) == 0;
}

static bool serves_leaf(const Endpoint *e, const char *asked)
{
        char hex[2 * CERT_SHA256_SIZE + 1];

        if (!asked)
                return true;

        for (size_t i = 0; e->observation && i < e->observation->n_addresses; i++) {
                const ChainFacts *chain = e->observation->addresses[i].chain;

                if (!chain || chain->n_certs == 0)
                        continue;
                cert_hex(chain->certs[0].facts.sha256, hex);
                if (strncasecmp(hex, asked, strlen(asked)) == 0)
                        return true;
        }
        return false;
}

/* "2026-11-21" into its first second; false where it is no date. */
static bool date_parse(const char *s, size_t len, int64_t *ret_at)
{
        static const char form[] = "dddd-dd-dd";
        int numbers[3] = {0}, n = 0;

        if (len != strlen(form))
                return false;
        for (size_t i = 0; i < len; i++) {
                if (form[i] == '-' && s[i] == '-')
                        n++;
                else if (form[i] == 'd' && s[i] >= '0' && s[i] <= '9')
                        numbers[n] = numbers[n] * 10 + (s[i] - '0');
                else
                        return false;
        }
        return timefmt_from_civil(numbers[0], numbers[1], numbers[2], 0, 0, 0, ret_at);
}

static bool ends_within(const Endpoint *e, const char *asked)
{
        const char *dots = NULL;
        int64_t from_at = 0, to_at = 0;
        bool has_from = false, has_to = false;

        if (!asked)
                return true;

        dots = strstr(asked, "..");
        if (!dots || !e->dates.has_effective)
                return false;
        has_from = date_parse(asked, (size_t) (dots - asked), &from_at);
        has_to = date_parse(dots + 2, strlen(dots + 2), &to_at);
        if ((!has_from && dots != asked) || (!has_to && dots[2] != '\0'))
                return false;
        return (!has_from || e->dates.effective_at >= from_at) &&
               (!has_to || e->dates.effective_at < to_at + SECONDS_PER_DAY);
}

bool page_query_takes(const PageQuery *q, const Endpoint *e)
{
        assert(q);
        assert(e);

        /* The cheap questions first. */
        return is_same(page_query_get(q, PAGE_QUERY_severity),
                       severity_to_string(endpoint_severity(e))) &&
               is_same(page_query_get(q, PAGE_QUERY_qmgr), e->config->qmgr) &&
               is_same(page_query_get(q, PAGE_QUERY_contact), e->config->contact) &&
               is_same(page_query_get(q, PAGE_QUERY_group), e->config->group) &&
               ends_within(e, page_query_get(q, PAGE_QUERY_ends)) &&
               has_drift(e, page_query_get(q, PAGE_QUERY_drift)) &&
               has_suite(e, page_query_get(q, PAGE_QUERY_suite)) &&
               serves_leaf(e, page_query_get(q, PAGE_QUERY_leaf)) &&
               has_all_words(e, page_query_get(q, PAGE_QUERY_q));
}
