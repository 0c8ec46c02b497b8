-- Releases before know nothing of authors, and neither ask for them nor write them.
alter table quotes add column author text;

update quotes
set author = known.author
from (values
  ('Simplicity is prerequisite for reliability.', 'Edsger W. Dijkstra'),
  ('The purpose of computing is insight, not numbers.', 'Richard Hamming'),
  ('Make it work, make it right, make it fast.', 'Kent Beck'),
  ('Programs must be written for people to read.', 'Harold Abelson'),
  ('The most dangerous phrase is: we have always done it this way.', 'Grace Hopper')
) as known (text, author)
where quotes.text = known.text;
