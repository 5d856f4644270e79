/*
 * The parts of a workbook, divided by the byte 0x1f: sheet, shared strings, styles, workbook.
 * (A whole archive is what libzip is fuzzed with; here the XML has to be reached.) An input that
 * begins with PK is an archive as it is. What is told goes over the wire and back: unchanged.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sheet_wire.h"
#include "text.h"
#include "xlsx.h"
#include "zipper.h"

#include "banned.h"

struct seen {
	const struct sheet_limits *limits;
	int last;
	struct rowbuf back;
	struct buf frame;
};

static bool on_sheet(void *arg, const struct sheet_info *info)
{
	struct seen *s = arg;
	struct wire_sheet back;

	s->last = 0;
	buf_clear(&s->frame);
	wire_put_sheet(&s->frame, info);
	assert(wire_length(s->frame.data, s->frame.len) == (long)s->frame.len);
	assert(wire_take_sheet(s->frame.data, s->frame.len, &back));
	assert(strcmp(back.info.name, info->name) == 0);
	assert(back.info.merge_count == info->merge_count);
	wire_sheet_free(&back);
	return true;
}

static bool on_row(void *arg, const struct sheet_row *row)
{
	struct seen *s = arg;
	const struct sheet_row *back;

	assert(row->number > s->last && row->count <= s->limits->columns);
	s->last = row->number;
	buf_clear(&s->frame);
	wire_put_row(&s->frame, row);
	assert(wire_take_row(s->frame.data, s->frame.len, s->limits, &s->back));
	back = rowbuf_row(&s->back);
	assert(back != NULL && back->number == row->number && back->count == row->count);
	for (size_t i = 0; i < row->count; i++) {
		const char *t = row->cells[i].text;

		assert(text_valid(t, strlen(t)) && text_count(t) <= s->limits->cell_chars);
		assert(strcmp(t, back->cells[i].text) == 0);
		assert(row->cells[i].kind == back->cells[i].kind);
		assert(row->cells[i].cut == back->cells[i].cut);
	}
	return true;
}

static int archive(const uint8_t *data, size_t size)
{
	static const char rels[] =
		"<r><Relationship Id=\"a\" Type=\"x/worksheet\" Target=\"s.xml\"/>"
		"<Relationship Id=\"b\" Type=\"x/sharedStrings\" Target=\"t.xml\"/>"
		"<Relationship Id=\"c\" Type=\"x/styles\" Target=\"y.xml\"/></r>";
	struct zipper_part parts[5] = { { "xl/_rels/workbook.xml.rels", rels, 0 },
		{ "xl/s.xml", "<w/>", 0 }, { "xl/t.xml", "<s/>", 0 }, { "xl/y.xml", "<y/>", 0 },
		{ "xl/workbook.xml", "<w><sheet name=\"a\" r:id=\"a\"/></w>", 0 } };
	const uint8_t *end = data + size;

	for (size_t i = 1; i < 5 && data < end; i++) {
		const uint8_t *stop = memchr(data, 0x1f, (size_t)(end - data));
		size_t n = (size_t)((stop == NULL ? end : stop) - data);

		if (n > 0) {
			parts[i].bytes = (const char *)data;
			parts[i].n = n;
		}
		data += n + 1;
	}
	return zipper_make(parts, 5, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sheet_limits limits = sheet_limits_live;
	struct seen s = { .limits = &limits };
	struct sheet_sink sink = { on_sheet, on_row, &s };
	struct fault fault;
	enum sheet_rc rc;
	int fd;

	limits.cell_chars = 20;
	limits.columns = 20;
	limits.rows = 200;
	if (size > 2 && data[0] == 'P' && data[1] == 'K') {
		fd = memfd_create("fuzz", 0);
		if (write(fd, data, size) != (ssize_t)size)
			abort();
	} else {
		fd = archive(data, size);
	}
	rowbuf_init(&s.back);
	buf_init(&s.frame, 2 * WIRE_MAX);
	memset(&fault, 0, sizeof fault);
	rc = xlsx_read(fd, &limits, &sink, &fault);
	assert(rc == SHEET_OK || (rc == SHEET_REFUSED && *fault.code != '\0'));
	if (rc == SHEET_REFUSED) {
		struct fault back;

		buf_clear(&s.frame);
		wire_put_fault(&s.frame, &fault);
		assert(wire_take_fault(s.frame.data, s.frame.len, &back));
		assert(strcmp(back.why, fault.why) == 0 && back.row == fault.row);
	}
	rowbuf_free(&s.back);
	buf_free(&s.frame);
	close(fd);
	return 0;
}
