/* SPDX-License-Identifier: MIT */
#include "daemon/saver_queue.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"

static void changes_done(SaverChange *changes, size_t n)
{
        for (size_t i = 0; i < n; i++)
                drift_change_done(&changes[i].change);
        free(changes);
}

void saver_item_done(SaverItem *item)
{
        assert(item);

        free(item->name);
        (void) drift_memory_free(item->memory);
        changes_done(item->changes, item->n_changes);
        *item = (SaverItem){0};
}

void saver_items_done(SaverItem *items, size_t n)
{
        for (size_t i = 0; i < n; i++)
                saver_item_done(&items[i]);
        free(items);
}

void saver_queue_done(SaverQueue *q)
{
        assert(q);

        saver_items_done(q->items, q->n_items);
        *q = (SaverQueue){0};
}

bool saver_item_is_urgent(const SaverItem *item)
{
        assert(item);

        return item->memory || item->n_changes > 0 || item->has_window || item->forget;
}

size_t saver_queue_n_urgent(const SaverQueue *q)
{
        size_t n = 0;

        assert(q);

        for (size_t i = 0; i < q->n_items; i++)
                n += saver_item_is_urgent(&q->items[i]) ? 1 : 0;
        return n;
}

/* Where it is, or where it would be. */
static size_t find_place(const SaverQueue *q, const char *name)
{
        size_t low = 0, high = q->n_items;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(q->items[middle].name, name) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

static bool is_at(const SaverQueue *q, size_t i, const char *name)
{
        return i < q->n_items && strcmp(q->items[i].name, name) == 0;
}

SaverItem *saver_queue_find(const SaverQueue *q, const char *name)
{
        size_t i;

        assert(q);
        assert(name);

        i = find_place(q, name);
        return is_at(q, i, name) ? &q->items[i] : NULL;
}

int saver_queue_get(SaverQueue *q, const char *name, SaverItem **ret)
{
        char *copy = NULL;
        size_t i;

        assert(q);
        assert(name);
        assert(ret);

        i = find_place(q, name);
        if (!is_at(q, i, name)) {
                if (util_grow(&q->items, q->n_items, sizeof(*q->items)) < 0)
                        return -ENOMEM;
                copy = strdup(name);
                if (!copy)
                        return -ENOMEM;
                memmove(&q->items[i + 1], &q->items[i], (q->n_items - i) * sizeof(*q->items));
                q->items[i] = (SaverItem){.name = copy};
                q->n_items++;
        }
        *ret = &q->items[i];
        return 0;
}

int saver_item_set_memory(SaverItem *item, const DriftMemory *memory)
{
        DriftMemory *copy = NULL;
        int r;

        assert(item);
        assert(memory);

        r = drift_memory_copy(memory, &copy);
        if (r < 0)
                return r;

        (void) drift_memory_free(item->memory);
        item->memory = copy;
        return 0;
}

static int change_copy(const DriftChange *from, DriftChange *ret)
{
        *ret = (DriftChange){
                .kind = from->kind, .event = from->event, .expected = from->expected, .at = from->at};
        if (util_copy_text(from->address, &ret->address) < 0 ||
                util_copy_text(from->old_text, &ret->old_text) < 0 ||
                util_copy_text(from->new_text, &ret->new_text) < 0) {
                drift_change_done(ret);
                return -ENOMEM;
        }
        return 0;
}

/* Puts `later` behind those of the item. Takes them over on success. */
static int append_changes(SaverItem *item, SaverChange *later, size_t n)
{
        size_t all = item->n_changes + n, n_gone;
        SaverChange *changes = NULL;

        if (n == 0)
                return 0;

        changes = calloc(all, sizeof(*changes));
        if (!changes)
                return -ENOMEM;
        if (item->n_changes > 0)
                memcpy(changes, item->changes, item->n_changes * sizeof(*changes));
        memcpy(changes + item->n_changes, later, n * sizeof(*changes));

        n_gone = all > SAVER_CHANGES_MAX ? all - SAVER_CHANGES_MAX : 0;
        for (size_t i = 0; i < n_gone; i++)
                drift_change_done(&changes[i].change);
        memmove(changes, changes + n_gone, (all - n_gone) * sizeof(*changes));

        free(item->changes);
        item->changes = changes;
        item->n_changes = all - n_gone;
        return 0;
}

int saver_item_add_changes(
        SaverItem *item, int64_t first_id, const DriftChange *changes, size_t n)
{
        SaverChange *copies = NULL;
        size_t n_copies = 0;
        int r = 0;

        assert(item);
        assert(changes || n == 0);

        if (n == 0)
                return 0;

        copies = calloc(n, sizeof(*copies));
        if (!copies)
                return -ENOMEM;
        for (; n_copies < n && r == 0; n_copies += r == 0 ? 1 : 0) {
                copies[n_copies].id = first_id + (int64_t) n_copies;
                r = change_copy(&changes[n_copies], &copies[n_copies].change);
        }
        if (r == 0)
                r = append_changes(item, copies, n);
        if (r < 0)
                changes_done(copies, n_copies);
        else
                free(copies);
        return r;
}

void saver_item_drop_changes(SaverItem *item)
{
        assert(item);

        changes_done(item->changes, item->n_changes);
        item->changes = NULL;
        item->n_changes = 0;
}

static bool says_the_same(const DriftChange *a, const DriftChange *b)
{
        return a->event == DRIFT_EVENT_ACCEPTED && b->event == DRIFT_EVENT_ACCEPTED &&
               a->kind == b->kind && util_text_equal(a->address, b->address) &&
               util_text_equal(a->old_text, b->old_text) && util_text_equal(a->new_text, b->new_text);
}

int64_t saver_queue_withdraw(SaverQueue *q, const char *name, const DriftChange *change)
{
        SaverItem *item = NULL;

        assert(q);
        assert(name);
        assert(change);

        item = saver_queue_find(q, name);
        for (size_t i = 0; item && i < item->n_changes; i++) {
                SaverChange *c = &item->changes[i];
                int64_t id = c->id;

                if (!says_the_same(&c->change, change))
                        continue;
                drift_change_done(&c->change);
                memmove(c, c + 1, (--item->n_changes - i) * sizeof(*c));
                return id;
        }
        return 0;
}

void saver_queue_shift(SaverQueue *q, int64_t after_id, int64_t shift)
{
        assert(q);

        for (size_t i = 0; shift > 0 && i < q->n_items; i++)
                for (size_t k = 0; k < q->items[i].n_changes; k++)
                        if (q->items[i].changes[k].id > after_id)
                                q->items[i].changes[k].id += shift;
}

/* What came meanwhile is the later one, and wins. */
static int merge(SaverItem *now, SaverItem *older)
{
        SaverChange *later = now->changes;
        size_t n_later = now->n_changes;
        int r;

        if (!now->memory && !now->forget)
                now->memory = STEAL(older->memory);
        if (!now->has_facts && older->has_facts && !now->forget) {
                now->has_facts = true;
                now->facts = older->facts;
        }
        if (!now->has_window && older->has_window && !now->forget) {
                now->has_window = true;
                now->expected_from_at = older->expected_from_at;
                now->expected_until_at = older->expected_until_at;
        }
        now->forget = now->forget || older->forget;

        r = append_changes(older, later, n_later);
        if (r < 0)
                return r;
        free(later); /* all of it may have been withdrawn */
        now->changes = STEAL(older->changes);
        now->n_changes = older->n_changes;
        older->n_changes = 0;
        return 0;
}

int saver_queue_return(SaverQueue *q, SaverItem *item)
{
        SaverItem *now = NULL;
        int r;

        assert(q);
        assert(item);

        r = saver_queue_get(q, item->name, &now);
        if (r == 0)
                r = merge(now, item);
        saver_item_done(item);
        return r;
}
