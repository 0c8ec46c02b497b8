create table quotes (
  id integer generated always as identity primary key,
  text text not null unique
);

insert into quotes (text) values
  ('Simplicity is prerequisite for reliability.'),
  ('The purpose of computing is insight, not numbers.'),
  ('Make it work, make it right, make it fast.'),
  ('Programs must be written for people to read.'),
  ('The most dangerous phrase is: we have always done it this way.');
