create table documents(
    collection text not null,
    key text not null,
    data blob not null,
    checksum integer not null,
    primary key (collection, key)
) strict, without rowid;
