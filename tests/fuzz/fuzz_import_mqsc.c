/* SPDX-License-Identifier: MIT */

/* Any bytes as MQSC text. */

#include "model/import_mqsc.h"
#include "tests/fuzz/fuzz_import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const ImportedEndpoint *e)
{
        PROMISE(e->line > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const FuzzImporter importer = { import_mqsc_text, check };
        static const char *const globs[] = { "SYSTEM.*" };
        static const ImportOptions options = { .qmgr = "QM1", .host = "h,fe80::1",
                .exclude = globs, .n_exclude = 1 };

        fuzz_import(&importer, data, size, &options);
        return 0;
}
