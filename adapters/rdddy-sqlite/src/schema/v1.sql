create table head(
    one integer primary key check (one = 1),
    position integer not null
) strict;
insert into head values (1, 0);

create table streams(
    id integer primary key,
    category text not null,
    key text not null,
    unique (category, key)
) strict;

create table kinds(
    id integer primary key,
    name text not null,
    category text not null,
    unique (name, category)
) strict;

create table events(
    position integer primary key,
    stream integer not null,
    version integer not null,
    kind integer not null,
    schema integer not null,
    at integer not null,
    id blob not null,
    data blob not null,
    tags text,
    metadata text not null,
    checksum integer not null
) strict;
create unique index events_by_stream on events(stream, version);
create index events_by_kind on events(kind);

create table tags(
    tag text not null,
    position integer not null,
    primary key (tag, position)
) strict, without rowid;

create table commands(
    id blob primary key,
    reply blob not null,
    position integer not null,
    checksum integer not null
) strict, without rowid;

create table snapshots(
    stream integer not null,
    fingerprint integer not null,
    version integer not null,
    data blob not null,
    checksum integer not null,
    unique (stream, fingerprint)
) strict;
