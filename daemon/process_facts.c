/* SPDX-License-Identifier: MIT */
#include "daemon/process_facts.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/util.h"

/* Fields of /proc/self/stat, numbered as in proc(5). */
enum {
        STAT_STATE = 3, /* the first behind the name */
        STAT_UTIME = 14,
        STAT_STIME = 15,
        STAT_VSIZE = 23,
        STAT_RSS = 24,
        STAT_FIELDS,
};

/* The second field, the name, stands in parentheses and may hold anything, so counting starts behind
 * the last of them. */
static int read_stat(ProcessFacts *facts)
{
        char line[1024];
        unsigned long long fields[STAT_FIELDS] = {0};
        const char *p;
        size_t n;
        FILE *f = fopen("/proc/self/stat", "re");

        if (!f)
                return -errno;
        n = fread(line, 1, sizeof(line) - 1, f);
        (void) fclose(f);
        line[n] = '\0';

        p = strrchr(line, ')');
        if (!p)
                return -EIO;
        for (int i = STAT_STATE; *p && i < STAT_FIELDS; i++) {
                p += strcspn(p, " ");
                p += strspn(p, " ");
                fields[i] = strtoull(p, NULL, 10);
        }
        if (!*p)
                return -EIO;

        facts->cpu_seconds = (double) (fields[STAT_UTIME] + fields[STAT_STIME]) /
                (double) sysconf(_SC_CLK_TCK);
        facts->virtual_bytes = fields[STAT_VSIZE];
        facts->resident_bytes = fields[STAT_RSS] * (uint64_t) sysconf(_SC_PAGESIZE);
        return 0;
}

static int count_fds(unsigned *ret)
{
        DIR *d = opendir("/proc/self/fd");
        unsigned n = 0;

        if (!d)
                return -errno;
        for (const struct dirent *entry; (entry = readdir(d));)
                n += entry->d_name[0] != '.';
        (void) closedir(d);

        *ret = n > 0 ? n - 1 : 0; /* without the one that was just open */
        return 0;
}

static unsigned clamp(rlim_t n)
{
        return n == RLIM_INFINITY || n > UINT_MAX ? UINT_MAX : (unsigned) n;
}

int process_facts_read(ProcessFacts *ret)
{
        ProcessFacts facts = {0};
        struct rlimit limit;
        int r;

        assert(ret);

        r = read_stat(&facts);
        if (r < 0)
                return r;

        r = count_fds(&facts.open_fds);
        if (r < 0)
                return r;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return -errno;
        facts.max_fds = clamp(limit.rlim_cur);

        *ret = facts;
        return 0;
}

unsigned process_raise_fd_limit(unsigned wanted)
{
        struct rlimit limit;
        rlim_t before;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return 0;
        if (clamp(limit.rlim_cur) >= wanted)
                return clamp(limit.rlim_cur);

        before = limit.rlim_cur;
        limit.rlim_cur = MIN_OF((rlim_t) wanted, limit.rlim_max);
        return clamp(setrlimit(RLIMIT_NOFILE, &limit) < 0 ? before : limit.rlim_cur);
}
