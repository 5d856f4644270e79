/*
 * call_cause.h - why a call ended: causes of 24.008 10.5.4.11 in numbers and in words (27.007
 * 6.10 +CEER leaves the form to the maker), and what each means for the next try. Pure; tables.
 */
#ifndef QUANZU_CALL_CAUSE_H
#define QUANZU_CALL_CAUSE_H

#include "atparse.h"
#include "modem.h"

/* The cause in the fields of a +CEER line; `line` for those that write words. AT_NONE: none told. */
int call_cause_of(const char *line, const struct at_fields *f);
/* What a call that nobody answered has become, by its cause; `alerted`: it was heard to ring. */
enum modem_call_end call_cause_end(int cause, bool alerted, enum atcode_class *class);

#endif
