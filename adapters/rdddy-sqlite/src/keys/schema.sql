-- The keys of people. A key that is forgotten is overwritten with zeros of the same length, and its row
-- stays: no row is ever moved or removed, so no page keeps a copy of a key that is gone.
create table keys (
    number integer primary key,
    forgotten integer not null check (forgotten in (0, 1)),
    id blob not null check (length(id) = 16),
    key blob not null check (length(key) = 32),
    checksum blob not null check (length(checksum) = 4),
    subject text not null
) strict;

create unique index keys_by_id on keys (id);

-- Who was forgotten may get a new key.
create unique index keys_by_subject on keys (subject) where forgotten = 0;
