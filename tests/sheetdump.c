#include "sheetdump.h"

#include <string.h>

#include "banned.h"

static bool on_sheet(void *arg, const struct sheet_info *info)
{
	struct sheetdump *d = arg;

	if (*info->name != '\0')
		buf_addf(&d->text, info->hidden ? "(%s)" : "[%s]", info->name);
	for (size_t i = 0; i < info->merge_count; i++)
		buf_addf(&d->text, "{%d,%d-%d,%d}", info->merges[i].top, info->merges[i].left,
			info->merges[i].bottom, info->merges[i].right);
	if (info->epoch_1904)
		buf_adds(&d->text, "1904");
	if (*info->name != '\0')
		buf_addc(&d->text, '\n');
	return true;
}

static bool on_row(void *arg, const struct sheet_row *row)
{
	static const char *const kinds[] = { "", "", "#n", "#d", "#b", "#e" };
	struct sheetdump *d = arg;

	buf_addf(&d->text, "%d%s:", row->number, row->hidden ? "h" : "");
	for (size_t i = 0; i < row->count; i++)
		buf_addf(&d->text, "%s%s%s%s", i > 0 ? "|" : "", row->cells[i].text,
			kinds[row->cells[i].kind], row->cells[i].cut ? "..." : "");
	buf_addc(&d->text, '\n');
	d->rows++;
	return d->stop_after == 0 || d->rows < d->stop_after;
}

void sheetdump_init(struct sheetdump *d)
{
	memset(d, 0, sizeof *d);
	buf_init(&d->text, 64 << 20);
}

struct sheet_sink sheetdump_sink(struct sheetdump *d)
{
	return (struct sheet_sink){ on_sheet, on_row, d };
}
