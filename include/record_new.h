/*
 * record_new.h - making a warning record piece by piece; only its readers need this.
 */
#ifndef QUANZU_RECORD_NEW_H
#define QUANZU_RECORD_NEW_H

#include "record.h"

struct warning_record *record_new(void); /* every text "", every number "not given" */
/* The i-th transfer, made empty when it is new; NULL beyond RECORD_TRANSFERS. */
struct record_transfer *record_transfer_at(struct warning_record *r, int i);

#endif
