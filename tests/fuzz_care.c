/*
 * What a card remembers and what its operator writes: "MEMORY\nNUMBER\nTEXT". Nothing of it makes a
 * memory that cannot be read again.
 */
#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "care.h"
#include "text.h"

#include "banned.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_alarm(void *arg, enum care_alarm a, const char *text, bool on)
{
	(void)arg;
	(void)on;
	assert(a < CARE_ALARMS && text_valid(text, strlen(text)));
}

static void on_changed(void *arg)
{
	(void)arg;
}

/* What is kept comes back as it was. */
static void keep(const struct care *c, const struct care_config *config,
	const struct care_events *ev, int64_t now)
{
	struct care again;
	json_t *a = care_memory(c), *b;
	char *text = json_dumps(a, JSON_COMPACT);

	assert(text != NULL);
	care_init(&again, config, ev);
	care_recall(&again, now, text);
	b = care_memory(&again);
	assert(json_equal(a, b));
	json_decref(a);
	json_decref(b);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct care_config config = {
		.credit = true, .low_fen = 1000, .reports = true, .loop = true
	};
	static const struct care_events ev = { on_alarm, on_changed, NULL };
	static const struct care_facts ready = { .ready = true };
	const int64_t now = INT64_C(1790000000000);
	char *in = malloc(size + 1), *from, *text;
	struct care c;
	json_t *shown;

	if (in == NULL)
		abort();
	memcpy(in, data, size);
	in[size] = '\0';
	from = strchrnul(in, '\n');
	text = *from == '\0' ? from : strchrnul(from + 1, '\n');
	if (*from != '\0')
		*from++ = '\0';
	if (*text != '\0')
		*text++ = '\0';
	care_init(&c, &config, &ev);
	care_recall(&c, now, in);
	care_card(&c, now, "89860000000000013800");
	if (text_valid(from, strlen(from)) && text_valid(text, strlen(text))) {
		care_received(&c, now, from, text);
		care_received(&c, now, "10086", text);
		care_credit(&c, now, text, false, 0);
		(void)care_loop_is(&c, text);
	}
	care_report(&c, now, 1, 0);
	care_tick(&c, now + 60000, &ready);
	(void)care_due(&c, now + 60000, &ready);
	shown = care_json(&c, now);
	assert(json_is_object(shown));
	json_decref(shown);
	keep(&c, &config, &ev, now);
	free(in);
	return 0;
}
