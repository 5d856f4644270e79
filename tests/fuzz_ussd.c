/*
 * Whatever a network answers: no crash, UTF-8 without control characters comes out, a sum is
 * found or not; masked lines never show a long figure and never grow.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "carrier.h"
#include "dialogue.h"
#include "text.h"
#include "ussd.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t n, int dcs)
{
	struct buf out;
	int64_t fen = 0;

	buf_init(&out, 8192);
	ussd_text(text, n, dcs, &out);
	assert(text_valid(buf_str(&out), out.len));
	for (size_t i = 0; i < out.len; i++)
		assert((unsigned char)out.data[i] >= 0x20 || out.data[i] == '\n');
	carrier_credit(buf_str(&out), "", NULL, &fen);
	carrier_notice(buf_str(&out));
	buf_free(&out);
}

static void check_line(const char *line)
{
	char kept[DIALOGUE_TEXT];
	size_t run = 0;

	dialogue_mask(line, kept);
	assert(strlen(kept) < DIALOGUE_TEXT);
	for (const char *c = kept; *c != '\0'; c++) {
		run = *c >= '0' && *c <= '9' ? run + 1 : 0;
		assert(run < 8 && *c >= 0x20 && *c < 0x7F);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy;

	if (size < 1 || size > 4096)
		return 0;
	copy = malloc(size);
	assert(copy != NULL);
	memcpy(copy, data + 1, size - 1);
	copy[size - 1] = '\0';
	check_text(copy, size - 1, data[0] == 0xFF ? -1 : data[0]);
	check_line(copy);
	free(copy);
	return 0;
}
