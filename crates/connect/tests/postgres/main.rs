//! The PostgreSQL connector against real servers, 15 and 18, set up with the statements of the guide.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod lab;
#[cfg(test)]
mod login;
#[cfg(test)]
mod membership;
#[cfg(test)]
mod observe;
#[cfg(test)]
mod privilege;
