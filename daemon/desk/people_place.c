#include <stdio.h>
#include <string.h>

#include "area.h"
#include "people_room.h"

#include "banned.h"

static bool said(const char *text)
{
	return text != NULL && text[0] != '\0';
}

void people_places_load(struct store *s, const char *centre, struct people_places *out)
{
	*out = (struct people_places){ .centre = centre == NULL ? "" : centre, .last_note = "" };
	out->areas = area_all(s, &out->count);
}

/* "" and a note when no single area fits; the centre itself is better than an area above it. */
static const char *find(struct people_places *p, const char *text, const char **note)
{
	struct place_match m = place_find(p->areas, p->count, text, p->centre);

	*note = m.how == PLACE_AMBIGUOUS ? "area_ambiguous" : "area_unknown";
	if (m.how == PLACE_NONE || m.how == PLACE_AMBIGUOUS)
		return "";
	if (m.how == PLACE_BY_PARENT && strncmp(p->areas[m.index].code, p->centre, 9) != 0)
		return "";
	*note = "";
	return p->areas[m.index].code;
}

static const char *find_cached(struct people_places *p, const char *text, const char **note)
{
	if (strcmp(text, p->last_text) != 0) {
		snprintf(p->last_code, sizeof p->last_code, "%s", find(p, text, &p->last_note));
		snprintf(p->last_text, sizeof p->last_text, "%s", text);
		if (strlen(text) >= sizeof p->last_text)
			p->last_text[0] = '\0';
	}
	*note = p->last_note;
	return p->last_code;
}

const char *people_place(
	struct store *s, struct people_places *p, const struct people_where *w, const char **note)
{
	const char *code = "", *first = "";
	const char *texts[3];
	size_t n = 0;

	*note = "";
	if (said(w->grid) && place_is_code(w->grid))
		return store_keep(s, w->grid);
	if (said(w->code))
		return store_keep(s, w->code);
	if (said(w->grid) && said(w->village))
		texts[n++] = arena_print(&s->arena, "%s%s", w->village, w->grid);
	if (said(w->village))
		texts[n++] = w->village;
	if (said(w->address))
		texts[n++] = w->address;
	for (size_t i = 0; i < n && code[0] == '\0'; i++) {
		code = find_cached(p, texts[i], note);
		if (i == 0)
			first = *note;
	}
	if (code[0] != '\0') {
		*note = "";
		return store_keep(s, code);
	}
	*note = n == 0 ? "area_unknown" : first;
	return p->centre;
}

const char *people_place_exact(struct store *s, struct people_places *p, const char *text)
{
	const char *note;

	if (place_is_code(text))
		return store_keep(s, text);
	return store_keep(s, find_cached(p, text, &note));
}
