//! The PostgreSQL connector against real servers, 15 and 18, set up with the statements of the guide.

#[cfg(test)]
mod lab;
#[cfg(test)]
mod observe;
